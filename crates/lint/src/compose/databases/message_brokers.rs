//! Whom caches, brokers and MongoDB let in.

use super::{Account, Accounts, Given, Maker, Password, Setting};

/// Redis knows the user `default`, whose password the command line or the image's variables set.
pub(super) fn redis<'y>(setting: &Setting<'_, 'y>) -> Accounts<'y> {
    let password = redis_password(setting);
    let name = Given::default("default");
    Accounts { users: vec![Account { name, password }], databases: Vec::new(), is_closed: true }
}

fn redis_password<'y>(setting: &Setting<'_, 'y>) -> Password<'y> {
    match setting.maker {
        Maker::Bitnami => {
            let names = ["REDIS_PASSWORD", "VALKEY_PASSWORD"];
            let empty = setting.is_set("ALLOW_EMPTY_PASSWORD");
            let absent = if empty { Password::Absent } else { Password::Unknown };
            return setting.password(&names, absent);
        }
        Maker::Other => return Password::Unknown,
        Maker::Official | Maker::Derived => {}
    }
    if setting.is_wrapped()
        || !setting.environment.is_complete
        || setting.is_set("REDIS_ARGS")
        || setting.is_set("VALKEY_EXTRA_FLAGS")
        || setting.mounts_below("/usr/local/etc")
        || setting.mounts_below("/etc")
    {
        return Password::Unknown;
    }
    let words = setting.command_words();
    let unknown = |it: &String| {
        it.contains(".conf")
            || it.contains("aclfile")
            || it == "--user"
            || it.contains("include")
            || it.ends_with(".sh")
    };
    if words.iter().any(unknown) {
        return Password::Unknown;
    }
    let Some(at) = words.iter().position(|it| it.contains("requirepass")) else {
        return Password::Absent;
    };
    let Some(command) = setting.service.command() else { return Password::Unknown };
    let whole = command.text.map_or_else(|| command.value.written(), |it| it.span);
    let value = words.get(at).and_then(|it| it.split_once("requirepass=").map(|it| it.1));
    let value = value.or_else(|| words.get(at + 1).map(String::as_str));
    let value = value.map(|it| it.trim_matches(['"', '\'', ';']));
    match value {
        Some(value) if !value.is_empty() && !value.contains(['$', '`', '<', '(']) => {
            let spans = command.words.iter().find(|it| it.text == value).map(|it| it.span);
            let written = super::Written { span: spans.unwrap_or(whole), file: None };
            Password::Given(Given { text: value.to_owned().into(), written: Some(written) })
        }
        _ => Password::Unknown,
    }
}

/// RabbitMQ makes one user and one virtual host.
pub(super) fn rabbitmq<'y>(setting: &Setting<'_, 'y>) -> Accounts<'y> {
    let (user, password, vhost, defaults) = match setting.maker {
        Maker::Official => (
            "RABBITMQ_DEFAULT_USER",
            "RABBITMQ_DEFAULT_PASS",
            "RABBITMQ_DEFAULT_VHOST",
            ("guest", "guest"),
        ),
        Maker::Bitnami => {
            ("RABBITMQ_USERNAME", "RABBITMQ_PASSWORD", "RABBITMQ_VHOST", ("user", "bitnami"))
        }
        Maker::Derived | Maker::Other => return Accounts::default(),
    };
    let name = setting.value_or(&[user], defaults.0);
    let password = setting.password(&[password], Password::Given(Given::default(defaults.1)));
    let is_closed = !setting.mounts_below("/etc/rabbitmq")
        && !setting.mounts_below("/bitnami")
        && !setting.is_wrapped()
        && setting.service.command().is_none_or(|it| it.words.len() <= 1)
        && !setting.is_set("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS")
        && !setting.is_set("RABBITMQ_LOAD_DEFINITIONS");
    if !is_closed {
        return Accounts::default();
    }
    let databases = vec![setting.value_or(&[vhost], "/")];
    Accounts { users: vec![Account { name, password }], databases, is_closed }
}

/// NATS lets everybody in unless the command line names a user.
pub(super) fn nats<'y>(setting: &Setting<'_, 'y>) -> Accounts<'y> {
    let words = setting.command_words();
    let after = |names: [&str; 2]| {
        let at = words.iter().position(|it| names.contains(&it.as_str()))?;
        words.get(at + 1).filter(|it| !it.contains('$'))
    };
    let found =
        setting.service.command().zip(after(["--user", "-user"])).zip(after(["--pass", "-pass"]));
    let Some(((command, user), password)) = found.filter(|_| setting.maker != Maker::Other) else {
        return Accounts::default();
    };
    let given = |text: &String| {
        let span = command.words.iter().find(|it| it.text == *text).map(|it| it.span);
        let span = span.unwrap_or_else(|| command.value.written());
        Given { text: text.clone().into(), written: Some(super::Written { span, file: None }) }
    };
    let account = Account { name: given(user), password: Password::Given(given(password)) };
    Accounts { users: vec![account], databases: Vec::new(), is_closed: true }
}

/// MongoDB makes an administrator in the database `admin`, and databases when somebody writes.
pub(super) fn mongo<'y>(setting: &Setting<'_, 'y>) -> Accounts<'y> {
    if setting.maker != Maker::Official {
        return Accounts::default();
    }
    let names = (["MONGO_INITDB_ROOT_USERNAME"], ["MONGO_INITDB_ROOT_PASSWORD"]);
    let is_closed = !setting.mounts_below("/docker-entrypoint-initdb.d") && !setting.is_wrapped();
    let Some(name) = setting.value(&names.0) else { return Accounts::default() };
    let password = setting.password(&names.1, Password::Unknown);
    Accounts { users: vec![Account { name, password }], databases: Vec::new(), is_closed }
}
