//! Distributions, and what all images of one have in common.

use super::{Tool, Tools};

/// What an image stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Nothing at all.
    Scratch,
    /// Alpine: musl and busybox.
    Alpine,
    /// Debian.
    Debian,
    /// Ubuntu.
    Ubuntu,
    /// Distroless `static`: certificates, time zones, users, no C library.
    DistrolessStatic,
    /// Distroless `base-nossl`: `static` and glibc.
    DistrolessBaseNossl,
    /// Distroless `base`: `base-nossl` and OpenSSL.
    DistrolessBase,
    /// Distroless `cc`: `base` and the libraries of GCC.
    DistrolessCc,
    /// Distroless with a language in it: at least what `cc` has.
    DistrolessLanguage,
    /// Chainguard's `static`: no C library.
    ChainguardStatic,
    /// Chainguard's `glibc-dynamic`: glibc and the libraries of GCC, no shell.
    ChainguardGlibc,
    /// Wolfi, and Chainguard's images made from it.
    Wolfi,
    /// Busybox alone.
    Busybox,
    /// Fedora.
    Fedora,
    /// `CentOS` and its Stream.
    CentOs,
    /// Red Hat's universal base image, and its `minimal` and `micro` forms.
    RedHat(Form),
    /// Rocky Linux.
    Rocky(Form),
    /// `AlmaLinux`.
    Alma(Form),
    /// Oracle Linux.
    Oracle(Form),
    /// Amazon Linux.
    Amazon,
    /// `openSUSE`.
    OpenSuse,
    /// Arch Linux.
    Arch,
    /// Void Linux.
    Void,
    /// Gentoo.
    Gentoo,
    /// Photon OS.
    Photon,
    /// Azure Linux, formerly Mariner.
    AzureLinux,
    /// Windows.
    Windows,
}

/// The forms that images made from RPM packages come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// With dnf or yum.
    Full,
    /// With microdnf only.
    Minimal,
    /// Without a package manager.
    Micro,
}

/// The C library of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Libc {
    /// musl.
    Musl,
    /// glibc, of a version where that is known.
    Glibc(Option<(u32, u32)>),
    /// None: only static programs run.
    None,
}

/// The program that installs packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackageManager {
    /// apk.
    Apk,
    /// apt-get.
    Apt,
    /// dnf, or yum in its place.
    Dnf,
    /// microdnf.
    Microdnf,
    /// yum, without dnf.
    Yum,
    /// tdnf.
    Tdnf,
    /// zypper.
    Zypper,
    /// pacman.
    Pacman,
    /// xbps-install.
    Xbps,
    /// emerge.
    Portage,
}

/// Whose numbers the releases of a family are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Distribution {
    Alpine,
    Debian,
    Distroless,
    Ubuntu,
    Fedora,
    CentOs,
    RedHat,
    Rocky,
    Alma,
    Oracle,
    Amazon,
    OpenSuse,
    Photon,
    AzureLinux,
}

impl Distribution {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "alpine" => Self::Alpine,
            "debian" => Self::Debian,
            "distroless" => Self::Distroless,
            "ubuntu" => Self::Ubuntu,
            "fedora" => Self::Fedora,
            "centos" => Self::CentOs,
            "rhel" => Self::RedHat,
            "rocky" => Self::Rocky,
            "alma" => Self::Alma,
            "oracle" => Self::Oracle,
            "amazon" => Self::Amazon,
            "suse" => Self::OpenSuse,
            "photon" => Self::Photon,
            "azure" => Self::AzureLinux,
            _ => return None,
        })
    }

    /// The family of an ordinary image of the distribution.
    pub(super) fn family(self) -> Family {
        match self {
            Self::Alpine => Family::Alpine,
            Self::Debian => Family::Debian,
            Self::Distroless => Family::DistrolessCc,
            Self::Ubuntu => Family::Ubuntu,
            Self::Fedora => Family::Fedora,
            Self::CentOs => Family::CentOs,
            Self::RedHat => Family::RedHat(Form::Full),
            Self::Rocky => Family::Rocky(Form::Full),
            Self::Alma => Family::Alma(Form::Full),
            Self::Oracle => Family::Oracle(Form::Full),
            Self::Amazon => Family::Amazon,
            Self::OpenSuse => Family::OpenSuse,
            Self::Photon => Family::Photon,
            Self::AzureLinux => Family::AzureLinux,
        }
    }
}

impl Family {
    /// Reads the name that the tables use.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "scratch" => Self::Scratch,
            "distroless-static" => Self::DistrolessStatic,
            "distroless-base-nossl" => Self::DistrolessBaseNossl,
            "distroless-base" => Self::DistrolessBase,
            "distroless-cc" => Self::DistrolessCc,
            "distroless-language" => Self::DistrolessLanguage,
            "wolfi-static" => Self::ChainguardStatic,
            "wolfi-glibc" => Self::ChainguardGlibc,
            "wolfi" => Self::Wolfi,
            "busybox" => Self::Busybox,
            "rhel-minimal" => Self::RedHat(Form::Minimal),
            "rhel-micro" => Self::RedHat(Form::Micro),
            "arch" => Self::Arch,
            "void" => Self::Void,
            "gentoo" => Self::Gentoo,
            "windows" => Self::Windows,
            other => return Some(Distribution::parse(other)?.family()),
        })
    }

    /// Whether the image holds no shell and no package manager: `scratch` and distroless ones.
    pub fn is_distroless(self) -> bool {
        matches!(self, Self::Scratch | Self::ChainguardStatic | Self::ChainguardGlibc)
            || self.distribution() == Some(Distribution::Distroless)
    }

    pub(super) fn distribution(self) -> Option<Distribution> {
        Some(match self {
            Self::Alpine => Distribution::Alpine,
            Self::Debian => Distribution::Debian,
            Self::Ubuntu => Distribution::Ubuntu,
            Self::DistrolessStatic
            | Self::DistrolessBaseNossl
            | Self::DistrolessBase
            | Self::DistrolessCc
            | Self::DistrolessLanguage => Distribution::Distroless,
            Self::Fedora => Distribution::Fedora,
            Self::CentOs => Distribution::CentOs,
            Self::RedHat(_) => Distribution::RedHat,
            Self::Rocky(_) => Distribution::Rocky,
            Self::Alma(_) => Distribution::Alma,
            Self::Oracle(_) => Distribution::Oracle,
            Self::Amazon => Distribution::Amazon,
            Self::OpenSuse => Distribution::OpenSuse,
            Self::Photon => Distribution::Photon,
            Self::AzureLinux => Distribution::AzureLinux,
            _ => return None,
        })
    }

    /// The family in another form, for those that have forms.
    pub(super) fn in_form(self, form: Form) -> Self {
        match self {
            Self::RedHat(_) => Self::RedHat(form),
            Self::Rocky(_) => Self::Rocky(form),
            Self::Alma(_) => Self::Alma(form),
            Self::Oracle(_) => Self::Oracle(form),
            other => other,
        }
    }

    /// The C library, of no known version; `None` where the family leaves it open.
    pub(super) fn libc(self) -> Option<Libc> {
        match self {
            Self::Scratch | Self::DistrolessStatic | Self::ChainguardStatic => Some(Libc::None),
            Self::Alpine => Some(Libc::Musl),
            // Void and Gentoo come with either, busybox with three; Windows has another kind.
            Self::Void | Self::Gentoo | Self::Busybox | Self::Windows => None,
            _ => Some(Libc::Glibc(None)),
        }
    }

    pub(super) fn package_manager(self, release: Option<&str>) -> Option<PackageManager> {
        Some(match self {
            Self::Alpine | Self::Wolfi => PackageManager::Apk,
            Self::Debian | Self::Ubuntu => PackageManager::Apt,
            Self::CentOs | Self::RedHat(Form::Full) | Self::Oracle(Form::Full)
                if matches!(release, Some("5" | "6" | "7")) =>
            {
                PackageManager::Yum
            }
            Self::Amazon if matches!(release, Some("2018.03" | "2")) => PackageManager::Yum,
            Self::Fedora
            | Self::CentOs
            | Self::Amazon
            | Self::RedHat(Form::Full)
            | Self::Rocky(Form::Full)
            | Self::Alma(Form::Full)
            | Self::Oracle(Form::Full) => PackageManager::Dnf,
            Self::RedHat(Form::Minimal)
            | Self::Rocky(Form::Minimal)
            | Self::Alma(Form::Minimal)
            | Self::Oracle(Form::Minimal) => PackageManager::Microdnf,
            Self::Photon | Self::AzureLinux => PackageManager::Tdnf,
            Self::OpenSuse => PackageManager::Zypper,
            Self::Arch => PackageManager::Pacman,
            Self::Void => PackageManager::Xbps,
            Self::Gentoo => PackageManager::Portage,
            _ => return None,
        })
    }

    pub(super) fn tools(self) -> Tools {
        use Tool::{
            Adduser, Bash, CaCertificates, Cc, Cmake, Curl, DumbInit, Git, Make, Netcat, PkgConfig,
            Python3, Sh, TimeZones, Tini, Useradd, Wget,
        };
        const NOT_IN_RPM_IMAGES: &[Tool] = &[Wget, Git, Tini, DumbInit, Netcat, Cc, Make, Cmake];
        match self {
            Self::Scratch | Self::Windows => Tools::only(&[]),
            Self::DistrolessStatic
            | Self::DistrolessBaseNossl
            | Self::DistrolessBase
            | Self::DistrolessCc
            | Self::DistrolessLanguage
            | Self::ChainguardStatic
            | Self::ChainguardGlibc => Tools::only(&[CaCertificates, TimeZones]),
            Self::Alpine => Tools::only(&[Sh, Wget, Netcat, CaCertificates, Adduser]),
            Self::Busybox => Tools::only(&[Sh, Wget, Netcat, Adduser]),
            Self::Wolfi => {
                Tools::some(&[Sh, Wget, CaCertificates, Adduser], &[Curl, Git, Tini, Cc, Make])
            }
            // Whether the images hold time zones and adduser has changed between their releases.
            Self::Debian | Self::Ubuntu => Tools::some(
                &[Sh, Bash, Useradd],
                &[
                    Curl,
                    Wget,
                    Git,
                    Tini,
                    DumbInit,
                    Netcat,
                    Cc,
                    Make,
                    PkgConfig,
                    Cmake,
                    Python3,
                    CaCertificates,
                ],
            ),
            Self::Fedora
            | Self::CentOs
            | Self::Amazon
            | Self::RedHat(Form::Full | Form::Minimal)
            | Self::Rocky(Form::Full)
            | Self::Alma(Form::Full)
            | Self::Oracle(Form::Full) => {
                Tools::some(&[Sh, Bash, Curl, CaCertificates], NOT_IN_RPM_IMAGES)
            }
            Self::RedHat(Form::Micro)
            | Self::Rocky(_)
            | Self::Alma(_)
            | Self::Oracle(_)
            | Self::Photon
            | Self::AzureLinux
            | Self::OpenSuse => Tools::some(&[Sh, Bash], &[Tini, DumbInit, Cc, Make, Cmake]),
            Self::Arch => Tools::some(
                &[Sh, Bash, Curl, CaCertificates, Useradd],
                &[Wget, Git, Tini, DumbInit, Cc, Make, Cmake],
            ),
            Self::Void | Self::Gentoo => Tools::some(&[Sh], &[]),
        }
    }

    /// The users in `/etc/passwd`, as far as each image of the family has them.
    pub(super) fn users(self) -> &'static [&'static str] {
        match self {
            Self::Scratch | Self::Windows => &[],
            Self::DistrolessStatic
            | Self::DistrolessBaseNossl
            | Self::DistrolessBase
            | Self::DistrolessCc
            | Self::DistrolessLanguage => &["root", "nobody", "nonroot"],
            Self::ChainguardStatic | Self::ChainguardGlibc | Self::Wolfi => &["root", "nonroot"],
            Self::Alpine => &[
                "root", "bin", "daemon", "lp", "sync", "shutdown", "halt", "mail", "news", "uucp",
                "cron", "ftp", "sshd", "games", "ntp", "guest", "nobody",
            ],
            Self::Debian | Self::Ubuntu => &[
                "root", "daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news",
                "uucp", "proxy", "www-data", "backup", "list", "irc", "_apt", "nobody",
            ],
            Self::Busybox => {
                &["root", "daemon", "bin", "sys", "sync", "mail", "www-data", "operator", "nobody"]
            }
            Self::Arch => &["root", "bin", "daemon", "mail", "ftp", "http", "nobody"],
            Self::OpenSuse | Self::Void | Self::Gentoo => &["root", "nobody"],
            _ => &[
                "root", "bin", "daemon", "adm", "lp", "sync", "shutdown", "halt", "mail",
                "operator", "games", "ftp", "nobody",
            ],
        }
    }

    /// The size of an image with nothing added, compressed, in megabytes, roughly.
    pub(super) fn size(self, slim: bool) -> Option<u32> {
        Some(match self {
            Self::Scratch => 0,
            Self::DistrolessStatic | Self::ChainguardStatic => 1,
            Self::Busybox => 2,
            Self::Alpine => 4,
            Self::ChainguardGlibc | Self::Wolfi | Self::DistrolessBaseNossl => 6,
            Self::DistrolessBase => 9,
            Self::DistrolessCc => 10,
            Self::Debian if slim => 30,
            Self::Debian | Self::Amazon => 50,
            Self::Ubuntu => 30,
            Self::RedHat(Form::Micro) => 7,
            Self::RedHat(Form::Minimal)
            | Self::Rocky(Form::Minimal)
            | Self::Alma(Form::Minimal) => 40,
            Self::Fedora | Self::CentOs | Self::RedHat(_) | Self::Rocky(_) | Self::Alma(_) => 75,
            _ => return None,
        })
    }
}
