//! Tests of whole surveys.

use std::fmt::Write as _;

use plimsoll_project::files::MemoryFiles;

use super::*;

fn survey(files: &[(&str, &str)]) -> Survey {
    let files = MemoryFiles::below("/w", files.iter().copied());
    Survey::of(&files, "/w", &Wanted::default()).unwrap()
}

/// The only program of a package with this code.
fn program(dependencies: &str, code: &str) -> Program {
    let manifest =
        format!("[package]\nname = \"app\"\nedition = \"2024\"\n[dependencies]\n{dependencies}");
    let found = survey(&[("Cargo.toml", &manifest), ("src/main.rs", code)]);
    found.programs.into_iter().next().unwrap()
}

fn ports(code: &str) -> Vec<(u16, Option<String>)> {
    let found = program("", code);
    found.ports.into_iter().map(|it| (it.number, it.variable)).collect()
}

#[test]
fn ports_are_found_however_they_are_written() {
    for (code, port, variable) in [
        (
            r#"let l = TcpListener::bind("0.0.0.0:3000").await; axum::serve(l, app).await"#,
            3000,
            None,
        ),
        (
            r"let addr = SocketAddr::from(([0, 0, 0, 0], 3001)); axum::Server::bind(&addr)",
            3001,
            None,
        ),
        (r"warp::serve(routes).run(([127, 0, 0, 1], 3030)).await;", 3030, None),
        (r#"HttpServer::new(|| { App::new() }).bind(("0.0.0.0", 8080))?.run().await"#, 8080, None),
        (
            r#"let addr = "[::]:50051".parse()?; Server::builder().add_service(s).serve(addr).await"#,
            50051,
            None,
        ),
        (
            r"let addr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8088); let l = TcpListener::bind(addr);",
            8088,
            None,
        ),
        (
            r#"let port: u16 = env::var("PORT").ok().and_then(|it| it.parse().ok()).unwrap_or(8081);
               TcpListener::bind(("0.0.0.0", port))"#,
            8081,
            Some("PORT"),
        ),
        (
            r#"let port = std::env::var("APP_PORT").unwrap_or_else(|_| "8082".to_string());
               let l = TcpListener::bind(format!("0.0.0.0:{port}"));"#,
            8082,
            Some("APP_PORT"),
        ),
        (
            r#"let port = match env::var("PORT") { Ok(it) => it.parse()?, Err(_) => 8083 };
               TcpListener::bind(("0.0.0.0", port))"#,
            8083,
            Some("PORT"),
        ),
        (
            r#"let addr = env::var("LISTEN_ADDR").unwrap_or("0.0.0.0:8084".into()); TcpListener::bind(addr)"#,
            8084,
            Some("LISTEN_ADDR"),
        ),
        (
            r#"let c = Config::builder().set_default("server.port", 8085)?; TcpListener::bind(c)"#,
            8085,
            None,
        ),
        (
            r"let s = Settings { host: h, port: 8086, timeout: 9999 }; TcpListener::bind(s.addr())",
            8086,
            None,
        ),
        (r#"tiny_http::Server::http("0.0.0.0:8087").unwrap();"#, 8087, None),
    ] {
        let code = format!("fn main() {{ {code} }}");
        assert_eq!(ports(&code), [(port, variable.map(str::to_owned))], "{code}");
    }
}

#[test]
fn ports_of_options_and_functions_are_found() {
    let clap = r#"
#[derive(Parser)]
struct Args {
    #[arg(long, env = "METRICS_PORT", default_value_t = 9091)]
    metrics_port: u16,
    #[arg(long, env, default_value_t = 4000)]
    port: u16,
    #[arg(long, default_value_t = 5000)]
    timeout: u64,
}
fn main() { let a = Args::parse(); TcpListener::bind(("0.0.0.0", a.port)); }
"#;
    let names = |it: &str| Some(it.to_owned());
    assert_eq!(ports(clap), [(4000, names("PORT")), (9091, names("METRICS_PORT"))]);
    let serde = r#"
#[derive(Deserialize)]
struct Config { #[serde(default = "default_port")] port: u16 }
fn default_port() -> u16 { 7000 }
fn main() { let c: Config = read(); axum::serve(listener(c.port), app()); }
"#;
    assert_eq!(ports(serde), [(7000, None)]);
}

#[test]
fn what_is_no_port_of_the_program_is_passed_over() {
    let serve = "axum::serve(l, app);";
    for code in [
        r#"// "0.0.0.0:3000""#,
        r#"let url = "http://127.0.0.1:3000/x"; let other = "example.com:8080";"#,
        r#"let redis = Client::open("127.0.0.1:6379"); let db_port: u16 = 5432;"#,
        r#"let smtp_port = 2525; let upstream_addr = "127.0.0.1:9999";"#,
        r#"let stream = TcpStream::connect("127.0.0.1:8080");"#,
        r"let timeout = 3000; let support = 8080; assert_eq!(port, 8080);",
        r#"#[cfg(test)] fn unused() { TcpListener::bind("0.0.0.0:1234"); }"#,
        r#"#[cfg(windows)] let l = TcpListener::bind("0.0.0.0:1234");"#,
    ] {
        let code = format!(
            "fn main() {{ {serve}\n{code}\n }}\nfn never() {{ TcpListener::bind(\"0.0.0.0:5555\"); }}"
        );
        assert_eq!(ports(&code), [], "{code}");
    }
}

#[test]
fn a_program_that_nobody_reaches_gets_a_note() {
    let manifest = "[package]\nname = \"app\"\n";
    let main = r#"fn main() { let a = env::var("BIND").unwrap_or("127.0.0.1:8080".into()); TcpListener::bind(a); }"#;
    let found = survey(&[("Cargo.toml", manifest), ("src/main.rs", main)]);
    assert_eq!(found.notes.len(), 1);
    assert!(
        found.notes[0].contains("src/main.rs:1") && found.notes[0].contains("BIND says otherwise")
    );
    let variable = found.programs[0].variables.iter().find(|it| it.name == "BIND").unwrap();
    assert_eq!(variable.value.as_deref(), Some("0.0.0.0:8080"));
    let rocket = "[package]\nname = \"app\"\n[dependencies]\nrocket = \"0.5\"\n";
    let main = "#[launch]\nfn rocket() -> _ { rocket::build().mount(\"/api\", routes![health]) }\n#[get(\"/health\")]\nfn health() {}";
    let found = survey(&[("Cargo.toml", rocket), ("src/main.rs", main)]);
    let program = &found.programs[0];
    assert_eq!((program.kind, program.ports[0].number), (Kind::Service, 8000));
    assert_eq!(program.health, Health::Http { path: "/api/health".to_owned() });
    assert!(matches!(program.signals, Signals::Handled(_)));
    assert!(found.notes[0].contains("ROCKET_ADDRESS"), "{:?}", found.notes);
}

#[test]
fn health_is_asked_by_argument_route_or_connection() {
    let serve = r#"let l = TcpListener::bind("0.0.0.0:3000"); axum::serve(l, app());"#;
    let route = |code: &str| program("", &format!("fn main() {{ {serve} }}\n{code}")).health;
    let http = |path: &str| Health::Http { path: path.to_owned() };
    assert_eq!(
        route(r#"fn app() { Router::new().route("/healthz", get(ok)).route("/ready", get(ok)) }"#),
        http("/healthz")
    );
    assert_eq!(
        route(
            r#"fn app() { Router::new().nest("/api", Router::new().route("/health", get(ok))) }"#
        ),
        http("/api/health")
    );
    assert_eq!(
        route(
            r#"fn app() { Router::new().nest("/api/v1", api()) } fn api() { Router::new().route("/health", get(ok)) }"#
        ),
        http("/api/v1/health")
    );
    assert_eq!(
        route(
            r#"fn app() { Router::new().nest(&prefix, api()) } fn api() { Router::new().route("/health", get(ok)) }"#
        ),
        Health::Tcp
    );
    assert_eq!(route(r#"fn app() { client.send(format!("{base}/health")); }"#), Health::Tcp);
    assert_eq!(route(r#"fn app() { warp::path!("health").map(ok) }"#), http("/health"));
    let own = r#"
#[derive(Parser)] struct Cli { #[command(subcommand)] command: Option<Command> }
#[derive(Subcommand)] enum Command { Serve(ServeArgs), HealthCheck, Import { file: PathBuf } }
#[derive(Args)] struct ServeArgs { #[arg(long, default_value = "0.0.0.0:3000")] listen: SocketAddr }
fn main() { let c = Cli::parse(); axum::serve(c, Command::Serve); }
"#;
    let found = program("", own);
    assert_eq!(found.health, Health::Itself { arguments: vec!["health-check".to_owned()] });
    assert_eq!(found.arguments, ["serve"]);
    let flag = format!(
        "fn main() {{ if std::env::args().any(|it| it == \"--healthcheck\") {{}} {serve} }}"
    );
    assert_eq!(
        program("", &flag).health,
        Health::Itself { arguments: vec!["--healthcheck".to_owned()] }
    );
}

#[test]
fn subcommands_that_need_more_are_not_guessed() {
    let code = r#"
#[derive(Parser)] struct Cli { #[command(subcommand)] command: Command }
#[derive(Subcommand)] enum Command { Serve { config: PathBuf }, Check { file: PathBuf } }
fn main() { Cli::parse(); let l = TcpListener::bind("0.0.0.0:3000"); use_it(Command::Serve); }
"#;
    assert_eq!(program("", code).arguments, [""; 0]);
}

#[test]
fn signals_are_handled_by_code_or_framework() {
    let handled = |dependencies: &str, code: &str| {
        matches!(
            program(dependencies, &format!("fn main() {{ {code} }}")).signals,
            Signals::Handled(_)
        )
    };
    assert!(handled("", "let mut s = signal(SignalKind::terminate())?;"));
    assert!(handled("", "signal_hook::flag::register(signal_hook::consts::SIGTERM, x)?;"));
    assert!(handled("", "HttpServer::new(|| app()).run().await"));
    assert!(handled(
        "ctrlc = { version = \"3\", features = [\"termination\"] }\n",
        "ctrlc::set_handler(f)"
    ));
    assert!(!handled("ctrlc = \"3\"\n", "ctrlc::set_handler(f)"));
    assert!(!handled("", "HttpServer::new(|| app()).disable_signals().run().await"));
    assert!(!handled(
        "",
        "axum::serve(l, a).with_graceful_shutdown(async { tokio::signal::ctrl_c().await; })"
    ));
    assert!(!handled("", "kill(pid, Signal::SIGTERM)?;"));
    assert!(!handled("", "#[cfg(test)] { SignalKind::terminate() }"));
}

#[test]
fn each_program_has_what_its_main_leads_to() {
    let found = survey(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"api\", \"core\", \"examples/demo\"]\n"),
        (
            "api/Cargo.toml",
            "[package]\nname = \"api\"\n[features]\nadmin = []\n[[bin]]\nname = \"admin\"\npath = \"src/admin.rs\"\n\
             required-features = [\"admin\"]\n[[bin]]\nname = \"api\"\npath = \"src/main.rs\"\n[dependencies]\ncore = { path = \"../core\" }\n\
             tokio-postgres = \"0.7\"\n",
        ),
        (
            "api/src/lib.rs",
            "pub fn serve() { core::listen(\"0.0.0.0:3000\") } pub fn migrate() { env::var(\"MIGRATIONS\"); }",
        ),
        ("api/src/main.rs", "fn main() { api::serve(); }"),
        ("api/src/admin.rs", "fn main() { api::migrate(); }"),
        ("core/Cargo.toml", "[package]\nname = \"core\"\n"),
        (
            "core/src/lib.rs",
            "pub fn listen(a: &str) { let l = TcpListener::bind(a); env::var(\"DATABASE_URL\"); }",
        ),
        ("examples/demo/Cargo.toml", "[package]\nname = \"demo\"\n"),
        ("examples/demo/src/main.rs", "fn main() {}"),
    ]);
    assert_eq!((&*found.name, found.sources.join(" ")), ("w", "api core examples".to_owned()));
    let [api, admin] = &*found.programs else { panic!("{:?}", found.programs) };
    assert_eq!((&*api.name, api.kind, api.ports[0].number), ("api", Kind::Service, 3000));
    assert_eq!(
        (&*admin.name, admin.kind, &*admin.features.join(",")),
        ("admin", Kind::Command, "admin")
    );
    let names = |it: &Program| it.variables.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    assert_eq!(
        (names(api), names(admin)),
        (vec!["DATABASE_URL".to_owned()], vec!["MIGRATIONS".to_owned()])
    );
    assert_eq!(api.services[0].kind, ServiceKind::Postgres);
    assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
}

#[test]
fn what_is_asked_for_must_be_there() {
    let files = MemoryFiles::below(
        "/w",
        [("Cargo.toml", "[package]\nname = \"app\"\n"), ("src/main.rs", "fn main() {}")],
    );
    let of = |packages: &[&str], binaries: &[&str]| {
        let set = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect();
        let wanted =
            Wanted { packages: set(packages), binaries: set(binaries), ..Wanted::default() };
        Survey::of(&files, "/w", &wanted).map_err(|it| it.to_string())
    };
    assert_eq!(of(&["app"], &["app"]).unwrap().programs.len(), 1);
    assert!(of(&["other"], &[]).unwrap_err().contains("no package `other`"));
    assert!(of(&[], &["other"]).unwrap_err().contains("no binary `other`"));
    let library = MemoryFiles::below(
        "/w",
        [("Cargo.toml", "[package]\nname = \"app\"\n"), ("src/lib.rs", "")],
    );
    assert!(matches!(
        Survey::of(&library, "/w", &Wanted::default()),
        Err(SurveyError::NoProgram(_))
    ));
    assert!(matches!(
        Survey::of(&library, "/v", &Wanted::default()),
        Err(SurveyError::NoWorkspace(_))
    ));
}

#[test]
fn native_needs_follow_the_lock_file() {
    let needs = |dependencies: &str, lock: &[(&str, &str, &str)], script: &str| {
        let mut text = format!(
            "[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [{}]\n",
            lock.iter().map(|it| format!("\"{}\"", it.0)).collect::<Vec<_>>().join(", ")
        );
        for (name, version, on) in lock {
            let _ = write!(
                text,
                "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\ndependencies = [{on}]\n"
            );
        }
        let manifest = format!("[package]\nname = \"app\"\n{dependencies}");
        let found = survey(&[
            ("Cargo.toml", &manifest),
            ("Cargo.lock", &text),
            ("src/main.rs", "fn main() {}"),
            ("build.rs", script),
        ]);
        let native = found.programs[0].native.iter();
        native
            .map(|it| format!("{}:{}{}", it.crate_name, it.what, if it.linked { "*" } else { "" }))
            .collect::<Vec<_>>()
    };
    let cc = ("cc", "1.0.0", "");
    let ssl = "[dependencies]\nopenssl-sys = \"0.9\"\n";
    assert_eq!(
        needs(ssl, &[("openssl-sys", "0.9.0", "")], ""),
        ["openssl-sys:pkg-config", "openssl-sys:ssl*"]
    );
    let vendored =
        [("openssl-sys", "0.9.0", "\"openssl-src\""), ("openssl-src", "3.0.0", "\"cc\""), cc];
    assert_eq!(
        needs(ssl, &vendored, ""),
        ["openssl-src:c", "openssl-src:make", "openssl-src:perl"]
    );
    let aws = "[dependencies]\naws-lc-sys = \"0.30\"\n";
    let on = "\"cc\", \"cmake\"";
    assert_eq!(
        needs(aws, &[("aws-lc-sys", "0.30.0", on), cc, ("cmake", "0.1.0", "\"cc\"")], ""),
        ["aws-lc-sys:c"]
    );
    assert_eq!(
        needs(aws, &[("aws-lc-sys", "0.14.0", on), cc, ("cmake", "0.1.0", "\"cc\"")], ""),
        ["aws-lc-sys:c", "aws-lc-sys:cmake"]
    );
    let build = "[build-dependencies]\nprost-build = \"0.13\"\ncc = \"1\"\n";
    let lock = [("prost-build", "0.13.0", ""), cc];
    assert_eq!(
        needs(
            build,
            &lock,
            "fn main() { prost_build::compile_protos(&[\"a.proto\"], &[\".\"]); cc::Build::new().file(\"a.c\"); }"
        ),
        ["app:c", "app:protoc"]
    );
    assert_eq!(
        needs(build, &lock, "fn main() { prost_build::Config::new().compile_fds(x); }"),
        [""; 0]
    );
    assert_eq!(
        needs(
            "[dependencies]\nlibsqlite3-sys = \"0.30\"\n",
            &[("libsqlite3-sys", "0.30.0", "\"cc\""), cc],
            ""
        ),
        ["libsqlite3-sys:c"]
    );
}
