//! Whom PostgreSQL lets in.

use super::{Account, Accounts, Given, Maker, Password, Setting};

/// The users and databases that the image makes when it starts with an empty directory.
pub(super) fn accounts<'y>(setting: &Setting<'_, 'y>) -> Accounts<'y> {
    let (user, password, database) = match setting.maker {
        Maker::Official | Maker::Derived => (
            setting.value_or(&["POSTGRES_USER"], "postgres"),
            "POSTGRES_PASSWORD",
            setting.value(&["POSTGRES_DB"]),
        ),
        Maker::Bitnami => (
            setting
                .value_or(&["POSTGRESQL_USERNAME", "POSTGRES_USER", "POSTGRESQL_USER"], "postgres"),
            "POSTGRESQL_PASSWORD",
            setting.value(&["POSTGRESQL_DATABASE", "POSTGRES_DB", "POSTGRES_DATABASE"]),
        ),
        Maker::Other => return Accounts::default(),
    };
    let is_bitnami = setting.maker == Maker::Bitnami;
    let trusts = setting.environment.get("POSTGRES_HOST_AUTH_METHOD");
    let password = match trusts {
        Some(method) if method.value.text == "trust" => Password::NotAsked,
        _ if is_bitnami && setting.is_set("ALLOW_EMPTY_PASSWORD") => Password::Unknown,
        _ => setting.password(&[password, "POSTGRES_PASSWORD"], Password::Unknown),
    };
    let mut databases = vec![match database {
        Some(it) => it,
        None if is_bitnami => Given::default("postgres"),
        None => Given { text: user.text.clone(), written: user.written.clone() },
    }];
    databases.extend(["postgres", "template1", "template0"].map(Given::default));
    let mut users = vec![Account { name: user, password }];
    if is_bitnami && users.iter().all(|it| it.name.text != "postgres") {
        let names = ["POSTGRESQL_POSTGRES_PASSWORD", "POSTGRES_POSTGRES_PASSWORD"];
        let password = setting.password(&names, Password::Unknown);
        users.push(Account { name: Given::default("postgres"), password });
    }
    let is_closed = !setting.mounts_below("/docker-entrypoint-initdb.d")
        && !setting.mounts_below("/docker-entrypoint-preinitdb.d")
        && !setting.mounts_below("/etc/postgresql")
        && !setting.is_wrapped()
        && !setting.command_words().iter().any(|it| it.ends_with(".sh") || it.ends_with("sql"));
    Accounts { users, databases, is_closed }
}
