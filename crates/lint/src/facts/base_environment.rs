//! The variables that well-known base images set, beside `PATH`.

/// Names of images, without registry, and the variables that they set.
type Row = (&'static [&'static str], &'static [&'static str]);

/// From the images' own Dockerfiles.
const IMAGES: &[Row] = &[
    (&["rust", "rustlang/rust", "lukemathwalker/cargo-chef"], RUST),
    (&["golang"], &["GOLANG_VERSION", "GOPATH", "GOTOOLCHAIN"]),
    (&["node"], &["NODE_VERSION", "YARN_VERSION"]),
    (&["python", "pypy"], PYTHON),
    (&["ruby"], RUBY),
    (&["php"], PHP),
    (&["openjdk", "eclipse-temurin", "amazoncorretto", "ibmjava", "sapmachine"], JAVA),
    (&["maven"], MAVEN),
    (&["gradle"], GRADLE),
    (&["tomcat"], TOMCAT),
    (&["jetty"], &["JAVA_HOME", "JAVA_VERSION", "JETTY_VERSION", "JETTY_HOME", "JETTY_BASE"]),
    (&["postgres"], &["PG_MAJOR", "PG_VERSION", "PGDATA", "LANG", "GOSU_VERSION"]),
    (&["mysql"], &["MYSQL_MAJOR", "MYSQL_VERSION", "MYSQL_SHELL_VERSION", "GOSU_VERSION"]),
    (&["mariadb"], &["MARIADB_VERSION", "LANG", "GOSU_VERSION"]),
    (&["redis"], &["REDIS_VERSION", "REDIS_DOWNLOAD_URL", "REDIS_DOWNLOAD_SHA", "GOSU_VERSION"]),
    (&["nginx", "nginxinc/nginx-unprivileged"], NGINX),
    (&["jenkins/jenkins"], JENKINS),
    (&["julia"], &["JULIA_PATH", "JULIA_VERSION", "JULIA_GPG"]),
    (&["haskell"], &["LANG", "GHC_VERSION"]),
    (&["spark", "apache/spark"], &["SPARK_HOME", "JAVA_HOME"]),
    (&["nvidia/cuda"], CUDA),
    (&["mambaorg/micromamba"], &["MAMBA_USER", "MAMBA_ROOT_PREFIX", "MAMBA_EXE", "ENV_NAME"]),
    (&["drupal"], &["DRUPAL_VERSION", "PHP_VERSION", "PHP_INI_DIR", "PHPIZE_DEPS"]),
    (&["wordpress"], &["PHP_VERSION", "PHP_INI_DIR", "PHPIZE_DEPS"]),
];

/// Beginnings of names of images whose variables are the same.
const FAMILIES: &[Row] = &[
    (&["cross-rs/"], &["CROSS_TOOLCHAIN_PREFIX", "CROSS_SYSROOT", "CROSS_TARGET_RUNNER"]),
    (&["jupyter/"], &["CONDA_DIR", "NB_USER", "NB_UID", "NB_GID", "HOME", "SHELL", "LANG"]),
    (&["selenium/"], &["SEL_USER", "SEL_UID", "SEL_GID", "HOME", "SE_DOWNLOAD_DIR"]),
    (&["dotnet/"], &["DOTNET_VERSION", "ASPNET_VERSION", "DOTNET_SDK_VERSION", "APP_UID"]),
];

const RUST: &[&str] = &["CARGO_HOME", "RUSTUP_HOME", "RUST_VERSION"];
const PYTHON: &[&str] =
    &["LANG", "GPG_KEY", "PYTHON_VERSION", "PYTHON_SHA256", "PYTHON_PIP_VERSION"];
const RUBY: &[&str] = &["LANG", "RUBY_VERSION", "GEM_HOME", "BUNDLE_APP_CONFIG", "RUBY_MAJOR"];
const PHP: &[&str] = &[
    "PHPIZE_DEPS",
    "PHP_INI_DIR",
    "PHP_CFLAGS",
    "PHP_CPPFLAGS",
    "PHP_LDFLAGS",
    "PHP_VERSION",
    "PHP_URL",
    "PHP_ASC_URL",
    "PHP_SHA256",
    "GPG_KEYS",
];
const JAVA: &[&str] = &["JAVA_HOME", "JAVA_VERSION", "LANG", "LANGUAGE", "LC_ALL"];
const MAVEN: &[&str] = &["MAVEN_HOME", "MAVEN_CONFIG", "JAVA_HOME", "JAVA_VERSION"];
const GRADLE: &[&str] = &["GRADLE_HOME", "GRADLE_VERSION", "JAVA_HOME", "JAVA_VERSION"];
const TOMCAT: &[&str] = &[
    "CATALINA_HOME",
    "TOMCAT_NATIVE_LIBDIR",
    "LD_LIBRARY_PATH",
    "TOMCAT_MAJOR",
    "TOMCAT_VERSION",
    "JAVA_HOME",
    "JAVA_VERSION",
];
const NGINX: &[&str] = &["NGINX_VERSION", "NJS_VERSION", "PKG_RELEASE", "DYNPKG_RELEASE"];
const JENKINS: &[&str] = &["JENKINS_HOME", "JENKINS_VERSION", "JAVA_HOME", "REF", "LANG"];
const CUDA: &[&str] = &["CUDA_VERSION", "LD_LIBRARY_PATH", "LIBRARY_PATH", "NCCL_VERSION"];

/// Whether a base image, by its repository without registry and `library/`, sets a variable; `None`
/// where that is not known.
pub(crate) fn sets(repository: &str, variable: &str) -> Option<bool> {
    let row = IMAGES.iter().find(|it| it.0.contains(&repository)).or_else(|| {
        FAMILIES.iter().find(|it| it.0.iter().any(|start| repository.starts_with(start)))
    });
    row.map(|it| it.1.contains(&variable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_name_or_family() {
        assert_eq!(sets("rust", "CARGO_HOME"), Some(true));
        assert_eq!(sets("cross-rs/aarch64-unknown-linux-gnu", "CROSS_SYSROOT"), Some(true));
        assert_eq!(sets("rust", "GOPATH"), Some(false));
        assert_eq!(sets("me/rust", "CARGO_HOME"), None);
    }
}
