//! Databases and brokers of development: what Compose starts, and what programs reach them by.

use serde::Serialize;

use super::{
    images::PinnedImage,
    plan::Plan,
    survey::ServiceKind,
    template::{self, TemplateError},
};

/// A service beside the programs.
#[derive(Clone, Debug)]
pub(super) struct Backing {
    /// Which it is.
    pub(super) kind: ServiceKind,
    /// Its name in Compose files, which is its host name, too.
    pub(super) name: &'static str,
    /// Its image; without one it can't be started here.
    image: Option<PinnedImage>,
}

/// A variable of `.env`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Credential {
    /// Its name.
    pub(super) name: &'static str,
    /// Its value; `None` for a password, which is drawn by lot when `.env` is written.
    pub(super) value: Option<String>,
}

/// What differs between the kinds.
struct Facts {
    /// As people call it.
    title: &'static str,
    port: u16,
    /// The variable of `.env` that publishes it elsewhere.
    port_variable: &'static str,
    /// Variables for user, database and password; empty where there is no such thing.
    user: &'static str,
    database: &'static str,
    password: &'static str,
    /// What programs connect with.
    address: &'static str,
    template: &'static str,
}

const POSTGRES: Facts = Facts {
    title: "PostgreSQL",
    port: 5432,
    port_variable: "POSTGRES_PORT",
    user: "POSTGRES_USER",
    database: "POSTGRES_DB",
    password: "POSTGRES_PASSWORD",
    address: "postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@NAME:5432/${POSTGRES_DB}",
    template: include_str!("templates/services/postgres.yaml.j2"),
};
const MYSQL: Facts = Facts {
    title: "MySQL",
    port: 3306,
    port_variable: "MYSQL_PORT",
    user: "MYSQL_USER",
    database: "MYSQL_DATABASE",
    password: "MYSQL_PASSWORD",
    address: "mysql://${MYSQL_USER}:${MYSQL_PASSWORD}@NAME:3306/${MYSQL_DATABASE}",
    template: include_str!("templates/services/mysql.yaml.j2"),
};
const REDIS: Facts = Facts {
    title: "Redis",
    port: 6379,
    port_variable: "REDIS_PORT",
    user: "",
    database: "",
    password: "REDIS_PASSWORD",
    address: "redis://:${REDIS_PASSWORD}@NAME:6379/0",
    template: include_str!("templates/services/redis.yaml.j2"),
};
const NATS: Facts = Facts {
    title: "NATS",
    port: 4222,
    port_variable: "NATS_PORT",
    user: "NATS_USER",
    database: "",
    password: "NATS_PASSWORD",
    address: "nats://${NATS_USER}:${NATS_PASSWORD}@NAME:4222",
    template: include_str!("templates/services/nats.yaml.j2"),
};
const RABBITMQ: Facts = Facts {
    title: "RabbitMQ",
    port: 5672,
    port_variable: "RABBITMQ_PORT",
    user: "RABBITMQ_USER",
    database: "",
    password: "RABBITMQ_PASSWORD",
    // The virtual host is `/`, as a part of a path.
    address: "amqp://${RABBITMQ_USER}:${RABBITMQ_PASSWORD}@NAME:5672/%2f",
    template: include_str!("templates/services/rabbitmq.yaml.j2"),
};

impl ServiceKind {
    /// Every kind, in the order in which files name them.
    pub(crate) const ALL: [Self; 5] =
        [Self::Postgres, Self::Mysql, Self::Redis, Self::Nats, Self::Rabbitmq];

    /// Its name: by this, [`Images::services`](super::images::Images::services) has its image.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Redis => "redis",
            Self::Nats => "nats",
            Self::Rabbitmq => "rabbitmq",
        }
    }

    /// As people call it.
    pub(super) const fn title(self) -> &'static str {
        self.facts().title
    }

    const fn facts(self) -> &'static Facts {
        match self {
            Self::Postgres => &POSTGRES,
            Self::Mysql => &MYSQL,
            Self::Redis => &REDIS,
            Self::Nats => &NATS,
            Self::Rabbitmq => &RABBITMQ,
        }
    }
}

/// The services that the programs of a plan ask for, each once.
pub(super) fn of(plan: &Plan) -> Vec<Backing> {
    let asked = |kind| {
        let programs = plan.targets.iter().map(|it| &it.program);
        programs.flat_map(|it| &it.services).any(|it| it.kind == kind)
    };
    let databases = [ServiceKind::Postgres, ServiceKind::Mysql];
    let several = databases.iter().all(|&it| asked(it));
    ServiceKind::ALL
        .into_iter()
        .filter(|&kind| asked(kind))
        .map(|kind| {
            // The only database is `db`, as nearly everybody calls it.
            let name = if databases.contains(&kind) && !several { "db" } else { kind.name() };
            let mut images = plan.images.services.iter();
            let image = images.find(|(it, _)| it == kind.name() || it == name);
            Backing { kind, name, image: image.map(|(_, image)| image.clone()) }
        })
        .collect()
}

impl Backing {
    /// What a program of the Compose file connects with; the variables are those of `.env`.
    pub(super) fn address(&self) -> String {
        self.kind.facts().address.replace("NAME", self.name)
    }

    /// What `.env` holds for it. User and database are called after the project.
    pub(super) fn credentials(&self, project: &str) -> Vec<Credential> {
        let facts = self.kind.facts();
        let name = account(project);
        [(facts.user, Some(name.clone())), (facts.database, Some(name)), (facts.password, None)]
            .into_iter()
            .filter(|(variable, _)| !variable.is_empty())
            .map(|(name, value)| Credential { name, value })
            .collect()
    }

    /// The name of its volume, and where its image keeps data.
    pub(super) fn volume(&self) -> (String, &'static str) {
        let path = match self.kind {
            ServiceKind::Postgres if self.major().is_none_or(|it| it >= 18) => {
                "/var/lib/postgresql"
            }
            ServiceKind::Postgres => "/var/lib/postgresql/data",
            ServiceKind::Mysql => "/var/lib/mysql",
            ServiceKind::Redis | ServiceKind::Nats => "/data",
            ServiceKind::Rabbitmq => "/var/lib/rabbitmq",
        };
        (format!("{}-data", self.name), path)
    }

    /// Its entry under `services` of a Compose file.
    pub(super) fn render(&self) -> Result<String, TemplateError> {
        #[derive(Serialize)]
        struct Context<'a> {
            name: &'a str,
            image: String,
            why_not: Option<&'a str>,
            volume: String,
            path: &'a str,
            port: u16,
            port_variable: &'a str,
            uid: u32,
            missing: &'a str,
        }
        let facts = self.kind.facts();
        let (volume, path) = self.volume();
        template::render(
            "compose.yaml",
            facts.template,
            Context {
                name: self.name,
                image: self
                    .image
                    .as_ref()
                    .map_or_else(|| self.kind.name().to_owned(), PinnedImage::reference),
                why_not: self.image.as_ref().and_then(|it| it.why_not.as_deref()),
                volume,
                path,
                port: facts.port,
                port_variable: facts.port_variable,
                uid: self.uid(),
                missing: MISSING,
            },
        )
    }

    /// The number of the user that PostgreSQL's image has: a file system in memory knows no names.
    fn uid(&self) -> u32 {
        let tag = self.image.as_ref().and_then(|it| it.name.rsplit_once(':'));
        if tag.is_some_and(|(_, tag)| tag.contains("alpine")) { 70 } else { 999 }
    }

    /// The major version of its image, as its tag has it.
    fn major(&self) -> Option<u32> {
        let name = &self.image.as_ref()?.name;
        let (_, tag) = name.rsplit_once(':')?;
        let digits = tag.find(|it: char| !it.is_ascii_digit()).unwrap_or(tag.len());
        tag.get(..digits)?.parse().ok()
    }
}

/// What Compose says where a variable of `.env` is missing.
pub(super) const MISSING: &str = "copy .env.example to .env and set it";

/// A name for a user and a database: such as need no quotes anywhere, and are nobody else's.
fn account(project: &str) -> String {
    /// What MySQL takes for a user.
    const LENGTH: usize = 32;
    let plain = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '_' };
    let name: String = project.chars().map(plain).take(LENGTH).collect();
    let name = name.trim_matches('_');
    let own =
        ["root", "postgres", "mysql", "admin", "user", "sys", "test", "template0", "template1"];
    if !name.starts_with(|it: char| it.is_ascii_lowercase()) || own.contains(&name) {
        return "app".to_owned();
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        args::init::Base,
        init::{plan::sample, survey::Service},
    };

    /// A plan whose program speaks to services of some kinds.
    fn plan(kinds: &[ServiceKind], images: &[(&str, &str)]) -> Plan {
        let mut plan = sample::html_to_markdown(Base::Scratch);
        let service = |kind: &ServiceKind| Service {
            kind: *kind,
            variable: "URL".to_owned(),
            crate_name: "client".to_owned(),
        };
        for target in &mut plan.targets {
            target.program.services = kinds.iter().map(service).collect();
        }
        let image = |&(kind, name): &(&str, &str)| (kind.to_owned(), sample::pinned(name, '4'));
        plan.images.services = images.iter().map(image).collect();
        plan
    }

    #[test]
    fn the_only_database_is_called_db_and_two_by_their_kinds() {
        let names = |kinds: &[ServiceKind]| -> Vec<&str> {
            of(&plan(kinds, &[])).iter().map(|it| it.name).collect()
        };
        assert_eq!(names(&[ServiceKind::Redis, ServiceKind::Mysql]), ["db", "redis"]);
        assert_eq!(names(&[ServiceKind::Mysql, ServiceKind::Postgres]), ["postgres", "mysql"]);
        assert_eq!(names(&[]), [""; 0]);
    }

    #[test]
    fn data_lies_where_the_version_of_postgresql_keeps_it() {
        for (image, path) in [
            ("postgres:17", "/var/lib/postgresql/data"),
            ("postgres:17.6-bookworm", "/var/lib/postgresql/data"),
            ("registry:5000/postgres:9-alpine", "/var/lib/postgresql/data"),
            ("postgres:18", "/var/lib/postgresql"),
            ("postgres:18.1-alpine3.23", "/var/lib/postgresql"),
            ("postgres:latest", "/var/lib/postgresql"),
        ] {
            let plan = plan(&[ServiceKind::Postgres], &[("postgres", image)]);
            assert_eq!(of(&plan)[0].volume(), ("db-data".to_owned(), path), "{image}");
        }
    }

    #[test]
    fn sockets_belong_to_the_user_of_the_image() {
        for (image, uid) in [("postgres:17", "uid=999,"), ("postgres:17-alpine", "uid=70,")] {
            let plan = plan(&[ServiceKind::Postgres], &[("postgres", image)]);
            assert!(of(&plan)[0].render().unwrap().contains(uid), "{image}");
        }
    }

    #[test]
    fn accounts_have_names_that_need_no_quotes_and_that_are_free() {
        for (project, name) in [
            ("html-to-markdown", "html_to_markdown"),
            ("Postgres", "app"),
            ("root", "app"),
            ("3d", "app"),
            ("-", "app"),
            ("a-project-with-a-name-that-is-longer", "a_project_with_a_name_that_is_lo"),
        ] {
            assert_eq!(account(project), name, "{project}");
        }
    }

    #[test]
    fn addresses_are_made_of_the_variables_of_the_private_file() {
        let plan = plan(&ServiceKind::ALL, &[]);
        for backing in of(&plan) {
            let (address, text) = (backing.address(), backing.render().unwrap());
            assert!(address.contains(&format!("@{}:", backing.name)), "{address}");
            for credential in backing.credentials("shop") {
                let used = format!("${{{}", credential.name);
                assert!(address.contains(&used), "{address} lacks {used}");
                assert!(text.contains(&format!("{used}:?")), "{text} lacks {used}");
            }
        }
    }
}
