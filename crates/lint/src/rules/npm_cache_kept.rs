//! `npm-cache-kept`: the cache of npm stays in the image.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Cache, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `RUN` in the shipped image that fills the cache of npm and neither keeps it out,
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
    /// COPY package.json package-lock.json ./
    /// RUN npm ci --omit=dev
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM node:24-alpine
    /// WORKDIR /app
    /// COPY package.json package-lock.json ./
    /// RUN npm ci --omit=dev && npm cache clean --force
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ```dockerfile
    /// FROM node:24-alpine
    /// WORKDIR /app
    /// COPY package.json package-lock.json ./
    /// RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ## Fix safety
    /// Safe: a command is added at the end of the same `RUN`, which only removes what was fetched
    /// to be read once.
    pub(crate) static NPM_CACHE_KEPT = {
        name: "npm-cache-kept",
        clause: Clause::NoNeedlessPackages,
        summary: "the cache of npm stays in the image",
        severity: Severity::Note,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let help = "Add `npm cache clean --force` to the end of the same `RUN`, or put the cache on \
                a cache mount.";
    report::kept(cx, Cache::Npm, help, |found| {
        found.first().map(|_| "npm cache clean --force".to_owned())
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn any_way_to_empty_it_will_do() {
        for end in [
            "npm cache clean --force",
            "npm cache clean -f",
            "rm -rf ~/.npm",
            "rm -rf /root/.npm /tmp/*",
            "rm -rf $HOME/.npm",
        ] {
            check("npm-cache-kept", &format!("FROM a\nRUN npm i -g b && {end}"), "");
        }
        check(
            "npm-cache-kept",
            "FROM a\nRUN npm i -g b",
            "2:9 note: `npm i` leaves its cache in the image",
        );
    }
}
