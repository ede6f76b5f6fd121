//! `yarn-cache-kept`: the cache of yarn stays in the image.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Cache, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `RUN` in the shipped image that fills the cache of yarn and neither keeps it out,
    /// nor removes it, nor has it on a cache mount.
    ///
    /// ## Why it matters
    /// The image carries files that nothing reads again. Removing them in a later `RUN` doesn't
    /// help: the layer keeps them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM node:24-alpine
    /// WORKDIR /app
    /// COPY package.json yarn.lock ./
    /// RUN yarn install --frozen-lockfile
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM node:24-alpine
    /// WORKDIR /app
    /// COPY package.json yarn.lock ./
    /// RUN yarn install --frozen-lockfile && yarn cache clean
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ```dockerfile
    /// FROM node:24-alpine
    /// WORKDIR /app
    /// COPY package.json yarn.lock ./
    /// RUN --mount=type=cache,target=/usr/local/share/.cache/yarn yarn install --frozen-lockfile
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ## Fix safety
    /// Safe: a command is added at the end of the same `RUN`, which only removes what was fetched
    /// to be read once.
    pub(crate) static YARN_CACHE_KEPT = {
        name: "yarn-cache-kept",
        clause: Clause::NoNeedlessPackages,
        summary: "the cache of yarn stays in the image",
        severity: Severity::Note,
        fix: FixAvailability::Sometimes,
        aliases: &["DL3060"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let help = "Add `yarn cache clean` to the end of the same `RUN`, or put the cache on a \
                cache mount.";
    report::kept(cx, Cache::Yarn, help, |found| {
        found.first().map(|_| "yarn cache clean".to_owned())
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn yarn_alone_installs() {
        check(
            "yarn-cache-kept",
            "FROM a\nRUN yarn && yarn build",
            "2:5 note: `yarn` leaves its cache in the image",
        );
        check("yarn-cache-kept", "FROM a\nRUN yarn build && yarn --version", "");
    }

    #[test]
    fn a_cache_elsewhere_or_removed_is_fine() {
        check("yarn-cache-kept", "FROM a\nRUN yarn --cache-folder /tmp/x && rm -rf /tmp/x", "");
        check("yarn-cache-kept", "FROM a\nENV YARN_CACHE_FOLDER=/x\nRUN yarn", "");
        check("yarn-cache-kept", "FROM a\nRUN yarn && yarn cache clean --all", "");
    }
}
