//! Whom MySQL and MariaDB let in.

use super::{Account, Accounts, Given, Maker, Password, Setting};

/// The users and databases that the image makes when it starts with an empty directory.
pub(super) fn accounts<'y>(setting: &Setting<'_, 'y>) -> Accounts<'y> {
    if setting.maker == Maker::Other {
        return Accounts::default();
    }
    let both = |name: &str| -> [String; 2] {
        let (first, second) =
            if setting.name == "mariadb" { ("MARIADB", "MYSQL") } else { ("MYSQL", "MARIADB") };
        [format!("{first}_{name}"), format!("{second}_{name}")]
    };
    // MySQL's own image reads none of MariaDB's variables.
    let known = if setting.name == "mariadb" { 2 } else { 1 };
    let value = |name: &str| {
        let names = both(name);
        let names: Vec<&str> = names.iter().take(known).map(String::as_str).collect();
        setting.value(&names)
    };
    let is_set = |name: &str| both(name).iter().take(known).any(|it| setting.is_set(it));
    let password = |it: Option<Given<'y>>, absent| match it {
        Some(it) if it.is_known() => Password::Given(it),
        Some(_) => Password::Unknown,
        None => absent,
    };
    let root = match value("ROOT_PASSWORD") {
        None if is_set("ALLOW_EMPTY_PASSWORD")
            || is_set("ALLOW_EMPTY_ROOT_PASSWORD")
            || setting.is_set("ALLOW_EMPTY_PASSWORD") =>
        {
            Password::Absent
        }
        it => password(it, Password::Unknown),
    };
    let mut users = vec![Account {
        name: value("ROOT_USER")
            .filter(|_| setting.maker == Maker::Bitnami)
            .unwrap_or_else(|| Given::default("root")),
        password: root,
    }];
    if let Some(name) = value("USER") {
        let hashed = is_set("PASSWORD_HASH");
        let known =
            if hashed { Password::Unknown } else { password(value("PASSWORD"), Password::Unknown) };
        users.insert(0, Account { name, password: known });
    }
    let mut databases: Vec<Given<'y>> = value("DATABASE").into_iter().collect();
    let always = ["mysql", "sys", "information_schema", "performance_schema", "test"];
    databases.extend(always.map(Given::default));
    let is_closed = !setting.mounts_below("/docker-entrypoint-initdb.d")
        && !setting.is_wrapped()
        && !setting
            .command_words()
            .iter()
            .any(|it| it.contains("init-file") || it.ends_with(".sh"));
    Accounts { users, databases, is_closed }
}
