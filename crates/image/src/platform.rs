//! Platforms, such as `linux/amd64` or `linux/arm/v7`, in the names of the Go toolchain.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What a platform-dependent image runs on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Platform {
    /// `GOARCH`, such as `amd64`.
    pub architecture: String,
    /// `GOOS`, such as `linux`.
    pub os: String,
    /// The variant of the CPU, such as `v7` of `arm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl Platform {
    /// Linux on `architecture`, given in any usual spelling.
    pub fn linux(architecture: &str) -> Self {
        Self::normal("linux", architecture, None)
    }

    /// The same platform in its one spelling: `arm64/v8`, as some images have it, is `arm64`.
    #[must_use]
    pub fn normalized(&self) -> Self {
        Self::normal(
            &self.os,
            &self.architecture,
            self.variant.as_deref().filter(|it| !it.is_empty()),
        )
    }

    /// Whether what is made for `self` runs on `other`: the same, or an older variant of it.
    pub fn runs_on(&self, other: &Self) -> bool {
        let (own, other) = (self.normalized(), other.normalized());
        let version = |it: &Self| match it.variant.as_deref() {
            None if it.architecture == "amd64" => Some(1),
            None if it.architecture == "arm64" => Some(8),
            None => Some(0),
            Some(text) => text.strip_prefix('v').and_then(|it| it.parse::<u32>().ok()),
        };
        let fits = match (version(&own), version(&other)) {
            (Some(own), Some(other)) => own <= other,
            _ => own.variant == other.variant,
        };
        own.os == other.os && own.architecture == other.architecture && fits
    }

    /// One spelling for each platform, as containerd normalises them.
    fn normal(os: &str, architecture: &str, variant: Option<&str>) -> Self {
        let (architecture, variant) = match (architecture, variant) {
            ("x86_64" | "x86-64", variant) => ("amd64", variant),
            ("i386" | "i686" | "x86", _) => ("386", None),
            ("aarch64" | "arm64", None | Some("8" | "v8")) => ("arm64", None),
            ("armhf", _) | ("arm", None | Some("7" | "v7")) => ("arm", Some("v7")),
            ("armel", _) | ("arm", Some("6" | "v6")) => ("arm", Some("v6")),
            ("amd64", Some("v1")) => ("amd64", None),
            other => other,
        };
        Self {
            architecture: architecture.to_owned(),
            os: os.to_owned(),
            variant: variant.map(str::to_owned),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.as_ref().map_or(Ok(()), |variant| write!(f, "/{variant}"))
    }
}

/// Why a text is not a platform.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a platform: expected OS/ARCH or OS/ARCH/VARIANT, such as linux/amd64")]
pub struct ParsePlatformError(String);

impl FromStr for Platform {
    type Err = ParsePlatformError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<_> = text.trim().split('/').collect();
        let well_formed = |part: &&str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        };
        let lower: Vec<_> = parts.iter().map(|part| part.to_ascii_lowercase()).collect();
        match &*lower {
            parts if !parts.iter().map(String::as_str).all(|part| well_formed(&part)) => {
                Err(ParsePlatformError(text.to_owned()))
            }
            [os, architecture] => Ok(Self::normal(os, architecture, None)),
            [os, architecture, variant] => Ok(Self::normal(os, architecture, Some(variant))),
            _ => Err(ParsePlatformError(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_platform_become_one() {
        for (text, normal) in [
            ("linux/amd64", "linux/amd64"),
            ("linux/x86_64", "linux/amd64"),
            ("Linux/AMD64", "linux/amd64"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/armel", "linux/arm/v6"),
            ("linux/amd64/v3", "linux/amd64/v3"),
            ("linux/riscv64", "linux/riscv64"),
        ] {
            assert_eq!(text.parse::<Platform>().unwrap().to_string(), normal);
        }
    }

    #[test]
    fn what_is_made_for_an_older_variant_runs_on_a_newer_one() {
        for (made_for, on, fits) in [
            ("linux/amd64", "linux/amd64/v3", true),
            ("linux/amd64/v3", "linux/amd64", false),
            ("linux/arm/v6", "linux/arm/v7", true),
            ("linux/arm/v7", "linux/arm/v6", false),
            ("linux/arm64", "linux/arm64/v8", true),
            ("linux/arm/v7", "linux/arm64", false),
            ("windows/amd64", "linux/amd64", false),
        ] {
            let [made_for, on] = [made_for, on].map(|it| it.parse::<Platform>().unwrap());
            assert_eq!(made_for.runs_on(&on), fits, "{made_for} on {on}");
        }
        let v8 = Platform { variant: Some("v8".to_owned()), ..Platform::linux("arm64") };
        assert_eq!(v8.normalized(), Platform::linux("arm64"));
    }

    #[test]
    fn what_is_no_platform_is_refused() {
        for text in ["", "linux", "linux/", "/amd64", "linux/amd64/v3/x", "linux/am d64", "linux/é"]
        {
            assert!(text.parse::<Platform>().is_err(), "{text}");
        }
    }
}
