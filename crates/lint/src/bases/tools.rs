//! Programs and files that Dockerfiles count on, and whether an image has them.

/// A program or file that Dockerfiles count on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// A POSIX shell at `/bin/sh`.
    Sh,
    /// bash.
    Bash,
    /// curl.
    Curl,
    /// wget, that of busybox too.
    Wget,
    /// git.
    Git,
    /// tini.
    Tini,
    /// dumb-init.
    DumbInit,
    /// nc, that of busybox too.
    Netcat,
    /// A C compiler and linker, `cc`.
    Cc,
    /// make.
    Make,
    /// pkg-config.
    PkgConfig,
    /// `CMake`.
    Cmake,
    /// Python 3.
    Python3,
    /// A bundle of certificate authorities in `/etc/ssl/certs`.
    CaCertificates,
    /// The time zone database in `/usr/share/zoneinfo`.
    TimeZones,
    /// adduser.
    Adduser,
    /// useradd.
    Useradd,
}

/// Which tools an image has, lacks, or may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tools {
    present: u32,
    absent: u32,
}

const NAMES: [(Tool, &str); 17] = [
    (Tool::Sh, "sh"),
    (Tool::Bash, "bash"),
    (Tool::Curl, "curl"),
    (Tool::Wget, "wget"),
    (Tool::Git, "git"),
    (Tool::Tini, "tini"),
    (Tool::DumbInit, "dumb-init"),
    (Tool::Netcat, "nc"),
    (Tool::Cc, "cc"),
    (Tool::Make, "make"),
    (Tool::PkgConfig, "pkg-config"),
    (Tool::Cmake, "cmake"),
    (Tool::Python3, "python3"),
    (Tool::CaCertificates, "ca-certificates"),
    (Tool::TimeZones, "tzdata"),
    (Tool::Adduser, "adduser"),
    (Tool::Useradd, "useradd"),
];

impl Tool {
    /// The tool of a program's name, or of a package's: `curl`, `gcc`, `ca-certificates`.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = match name {
            "gcc" | "build-essential" | "build-base" => "cc",
            "netcat" => "nc",
            "pkgconf" => "pkg-config",
            other => other,
        };
        NAMES.iter().find(|(_, it)| *it == name).map(|(tool, _)| *tool)
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl Tools {
    /// Exactly these.
    pub(super) const fn only(tools: &[Tool]) -> Self {
        let present = Self::bits(tools);
        Self { present, absent: !present }
    }

    /// These for sure, and none of those.
    pub(super) const fn some(present: &[Tool], absent: &[Tool]) -> Self {
        Self { present: Self::bits(present), absent: Self::bits(absent) }
    }

    /// Whether the image has a tool; `None` where that is not known.
    pub const fn has(self, tool: Tool) -> Option<bool> {
        if self.present & tool.bit() != 0 {
            Some(true)
        } else if self.absent & tool.bit() != 0 {
            Some(false)
        } else {
            None
        }
    }

    /// Adds what a column of a table says: names, and `?` where there may be more.
    pub(super) fn with(self, column: &str) -> Self {
        let mut tools = self;
        for word in column.split(' ').filter(|it| !it.is_empty() && *it != "-") {
            if word == "?" {
                tools.absent = 0;
            } else if let Some(tool) = Tool::from_name(word) {
                tools.present |= tool.bit();
            }
        }
        tools.absent &= !tools.present;
        tools
    }

    const fn bits(tools: &[Tool]) -> u32 {
        let (mut bits, mut at) = (0, 0);
        while at < tools.len() {
            bits |= tools[at].bit();
            at += 1;
        }
        bits
    }
}
