//! From what is written to what is meant, with an error that names the key.

use std::path::Path;

use plimsoll_build::{
    base::{BaseName, ParseBaseError},
    files::image_path,
    spec::{FileSpec, ImageSpec, Init},
};
use plimsoll_image::Healthcheck;

use super::{
    ImageSettings,
    image::{FileSettings, HealthcheckSettings},
    values::{self, Nanoseconds, NumberOrText},
};

/// A value that can't be meant.
#[derive(Debug, thiserror::Error)]
#[error("`image.{key}`: {problem}")]
pub(crate) struct ValueError {
    key: &'static str,
    problem: String,
}

impl ImageSettings {
    /// What the image stands on, if that is said. A directory is relative to `directory`.
    pub(crate) fn base(&self, directory: &Path) -> Result<Option<BaseName>, ValueError> {
        let parse = |text: &String| {
            let parsed = text.parse::<BaseName>();
            let problem = |error: ParseBaseError| error.to_string();
            parsed.map_err(|error| ValueError { key: "base", problem: problem(error) })
        };
        let base = self.base.as_ref().map(parse).transpose()?;
        Ok(base.map(|it| it.relative_to(directory)))
    }

    /// What the image is to be. Paths are relative to `directory`.
    pub(crate) fn spec(&self, directory: &Path) -> Result<ImageSpec, ValueError> {
        for (name, value) in &self.env {
            check("env", is_variable(name), || format!("`{name}` is no name of a variable"))?;
            check("env", !value.contains('\0'), || format!("the value of `{name}` has a NUL"))?;
        }
        for volume in &self.volumes {
            check("volumes", is_image_path(volume) && volume != "/", || not_absolute(volume))?;
        }
        if let Some(workdir) = &self.workdir {
            check("workdir", is_image_path(workdir), || not_absolute(workdir))?;
        }
        if let Some(entrypoint) = &self.entrypoint {
            check("entrypoint", !entrypoint.is_empty(), || "it is empty".to_owned())?;
        }
        Ok(ImageSpec {
            user: self.user.clone(),
            workdir: self.workdir.clone(),
            entrypoint: self.entrypoint.clone(),
            cmd: self.cmd.clone(),
            env: self.env.clone(),
            ports: self.ports.iter().map(port).collect::<Result<_, _>>()?,
            volumes: self.volumes.iter().cloned().collect(),
            labels: self.labels.clone(),
            stop_signal: match &self.stop_signal {
                Some(text) => values::signal(text).map_err(in_key("stop-signal"))?,
                None => String::new(),
            },
            healthcheck: self.healthcheck.as_ref().map(healthcheck).transpose()?,
            files: self.files.iter().map(file).collect::<Result<_, _>>()?,
            init: match self.init.as_deref() {
                None => Init::None,
                Some("pid1") => Init::Pid1,
                Some(path) if path.contains('/') => Init::Program(directory.join(path)),
                Some(other) => {
                    let problem =
                        format!("`{other}` is neither \"pid1\" nor the path of a static program");
                    return Err(ValueError { key: "init", problem });
                }
            },
            tzdata: self.tzdata,
        })
    }
}

fn port(port: &NumberOrText) -> Result<String, ValueError> {
    let text = match port {
        NumberOrText::Number(number) => number.to_string(),
        NumberOrText::Text(text) => text.clone(),
    };
    values::port(&text).map_err(in_key("ports"))
}

fn healthcheck(settings: &HealthcheckSettings) -> Result<Healthcheck, ValueError> {
    const KEY: &str = "healthcheck";
    let time = |text: &Option<String>| {
        let Some(text) = text else { return Ok(0) };
        let Nanoseconds(time) = text.parse().map_err(in_key(KEY))?;
        // Engines refuse less than a millisecond; 0 is their default.
        let fits = time == 0 || time >= 1_000_000;
        check(KEY, fits, || format!("`{text}` is less than a millisecond"))?;
        Ok(time)
    };
    // There is no shell to split a line.
    let is_path = settings.cmd.first().is_some_and(|it| !it.is_empty());
    check(KEY, is_path, || "`cmd` needs a program".to_owned())?;
    // Docker's word for having none, which is how that of a base is dropped.
    let is_none = matches!(&*settings.cmd, [only] if only == "NONE");
    let mut test = if is_none { Vec::new() } else { vec!["CMD".to_owned()] };
    test.extend(settings.cmd.clone());
    Ok(Healthcheck {
        test,
        interval: time(&settings.interval)?,
        timeout: time(&settings.timeout)?,
        start_period: time(&settings.start_period)?,
        start_interval: time(&settings.start_interval)?,
        retries: settings.retries.unwrap_or_default().into(),
    })
}

fn file(settings: &FileSettings) -> Result<FileSpec, ValueError> {
    const KEY: &str = "files";
    let owner = settings.owner.as_deref().unwrap_or("0:0");
    let (uid, gid) = owner.split_once(':').unwrap_or((owner, "0"));
    let number = |text: &str| {
        let problem = || format!("`owner = \"{owner}\"` is not `uid:gid` in numbers");
        let number = text.parse::<u32>().map(u64::from);
        number.map_err(|_| ValueError { key: KEY, problem: problem() })
    };
    let mode = settings.mode.as_deref().map(values::mode).transpose().map_err(in_key(KEY))?;
    Ok(FileSpec {
        from: settings.from.clone(),
        to: settings.to.clone(),
        mode,
        owner: (number(uid)?, number(gid)?),
    })
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0'])
}

fn is_image_path(path: &str) -> bool {
    image_path(path).is_some()
}

fn not_absolute(path: &str) -> String {
    format!("`{path}` is no absolute path without `.` and `..`")
}

fn check(
    key: &'static str,
    fits: bool,
    problem: impl FnOnce() -> String,
) -> Result<(), ValueError> {
    if fits { Ok(()) } else { Err(ValueError { key, problem: problem() }) }
}

fn in_key(key: &'static str) -> impl Fn(String) -> ValueError {
    move |problem| ValueError { key, problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::parse;

    fn spec(text: &str) -> Result<ImageSpec, String> {
        let file = parse(Path::new("plimsoll.toml"), &format!("[image]\n{text}")).unwrap();
        file.image.spec(Path::new("/project")).map_err(|error| error.to_string())
    }

    #[test]
    fn every_setting_reaches_the_image() {
        let spec = spec(
            r#"
            base = "scratch"
            user = "1000:1000"
            workdir = "/data"
            entrypoint = ["/usr/local/bin/x", "--fast"]
            cmd = ["serve"]
            env = { RUST_LOG = "info" }
            ports = [3000, "53/udp"]
            volumes = ["/data"]
            labels = { team = "a" }
            stop-signal = "SIGINT"
            healthcheck = { cmd = ["/x", "h"], interval = "1m", retries = 3 }
            files = [{ from = "a", to = "/a", mode = "0600", owner = "1:2" }]
            init = "init/tini"
            tzdata = true
            "#,
        )
        .unwrap();
        assert_eq!(spec.ports.iter().collect::<Vec<_>>(), ["3000/tcp", "53/udp"]);
        let healthcheck = spec.healthcheck.unwrap();
        assert_eq!(healthcheck.test, ["CMD", "/x", "h"]);
        assert_eq!((healthcheck.interval, healthcheck.retries), (60_000_000_000, 3));
        assert_eq!((spec.files[0].mode, spec.files[0].owner), (Some(0o600), (1, 2)));
        assert_eq!(spec.init, Init::Program("/project/init/tini".into()));
        assert!(spec.tzdata);
    }

    #[test]
    fn values_that_cannot_be_meant_are_named() {
        for (text, key) in [
            ("env = { \"A=B\" = \"\" }", "env"),
            ("volumes = [\"data\"]", "volumes"),
            ("volumes = [\"/\"]", "volumes"),
            ("workdir = \"../x\"", "workdir"),
            ("entrypoint = []", "entrypoint"),
            ("ports = [0]", "ports"),
            ("stop-signal = \"TERM\"", "stop-signal"),
            ("healthcheck = { cmd = [] }", "healthcheck"),
            ("healthcheck = { cmd = [\"/x\"], interval = \"5\" }", "healthcheck"),
            ("healthcheck = { cmd = [\"/x\"], interval = \"5us\" }", "healthcheck"),
            ("files = [{ from = \"a\", to = \"/a\", mode = \"rw\" }]", "files"),
            ("files = [{ from = \"a\", to = \"/a\", owner = \"me\" }]", "files"),
            ("init = \"tini\"", "init"),
        ] {
            let error = spec(text).unwrap_err();
            assert!(error.starts_with(&format!("`image.{key}`")), "{text}: {error}");
        }
    }
}
