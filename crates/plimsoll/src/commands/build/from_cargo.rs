//! Programs that Cargo builds.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use plimsoll_build::{
    audit::{self, Graph},
    c_code::crates_with_c_code,
    cargo::{CargoError, Compile, Compiled, compile},
    pack::{Program, Programs},
    pid1,
    remap::Remap,
    spec::{ImageSpec, Init},
    target::{self, Machine, Note, TargetPlan},
};
use plimsoll_image::Platform;
use plimsoll_project::{
    cargo_config::{self, CargoConfig, effective_linker, effective_rustflags},
    select::{Choice, select},
    toolchain::{Cfg, Toolchain, ToolchainError},
    workspace::{self, DependencyKind, Features, MetadataOptions, PackageId, Source, Workspace},
};

use super::{BinaryFacts, Context, Ready, base::Bases, native_cpu, prove};
use crate::{environment, failure::Failure};

/// What is to be built, before anything is.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) choices: Vec<Choice>,
    pub(super) targets: Vec<Target>,
    pub(super) profile: String,
    features: Features,
    toolchain: Toolchain,
    cargo: PathBuf,
    cargo_home: PathBuf,
}

/// One platform of a plan.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) plan: TargetPlan,
    /// All flags for the compiler: the user's, the target's, and those against our paths.
    pub(super) rustflags: Vec<String>,
    /// The packages for this target.
    workspace: Workspace,
    /// The packages that compile C code.
    c_crates: Vec<(PackageId, String)>,
    remap: Remap,
}

impl Plan {
    /// The package of the first binary.
    pub(super) fn package(&self) -> Option<&plimsoll_project::PackageFacts> {
        let (target, choice) = (self.targets.first()?, self.choices.first()?);
        target.workspace.member(&choice.package).map(|member| &member.facts)
    }

    /// What the image is called.
    pub(super) fn title(&self) -> &str {
        self.choices.first().map_or("", |it| &it.binary)
    }

    /// Where Cargo puts what it builds.
    pub(super) fn target_directory(&self) -> &Path {
        self.targets.first().map_or(Path::new("target"), |it| &it.workspace.target_directory)
    }
}

/// Decides what to build and how, running nothing but `cargo metadata` and `rustc --print`.
pub(super) fn plan(context: &Context<'_>) -> Result<Plan, Failure> {
    let program = |name: &str, default: &str| {
        PathBuf::from(context.environment.get(name).filter(|it| !it.is_empty()).unwrap_or(default))
    };
    let cargo = program(environment::CARGO, "cargo");
    let rustc = program(environment::RUSTC, "rustc");
    let cargo_home = cargo_home(context)?;
    let toolchain = Toolchain::query(&rustc, &context.directory)?;
    let config = cargo_config::load(&context.directory, Some(&cargo_home))?;
    let platforms = platforms(context, &toolchain);
    let features = features(context);
    let mut options = MetadataOptions {
        cargo: cargo.clone(),
        triple: target::triples(&platforms[0]).first().map(|it| it.name.clone()),
        locked: !context.args.no_locked,
        offline: context.args.offline,
        features: features.clone(),
    };
    let load = |options: &MetadataOptions| {
        let mut failing = false;
        workspace::load(&context.directory, options, &mut |line| {
            // Its errors are told once, by us, with what to do here.
            failing |= line.starts_with("error");
            if !failing {
                context.ui.passed_on(line);
            }
        })
    };
    let mut workspace = load(&options)?;
    let choices = choose(context, &workspace)?;
    let profile = context.args.profile.clone();
    let profile = profile.or_else(|| context.settings.file.build.profile.clone());
    let profile = profile.unwrap_or_else(|| "release".to_owned());

    let roots: Vec<PackageId> = choices.iter().map(|it| it.package.clone()).collect();
    let mut targets = Vec::new();
    for platform in &platforms {
        let machine = Machine { toolchain: &toolchain, environment: &context.environment };
        let mut load_for = |triple: &str, workspace: &mut Workspace| {
            if options.triple.as_deref() != Some(triple) {
                options.triple = Some(triple.to_owned());
                *workspace = load(&options)?;
            }
            Ok::<_, Failure>(())
        };
        if let Some(first) = target::triples(platform).first() {
            load_for(&first.name, &mut workspace)?;
        }
        let c_crates = crates_with_c_code(&workspace, &roots);
        let names: Vec<String> = c_crates.iter().map(|(_, name)| name.clone()).collect();
        let plan = target::plan(platform, &machine, &names, |triple| {
            let cfgs = cfgs(&config, &toolchain, triple, &[]).unwrap_or_default();
            effective_linker(&config, &context.environment, triple, &cfgs)
                .is_ok_and(|it| it.is_some())
        })?;
        load_for(&plan.triple, &mut workspace)?;
        let remap = Remap::new(&workspace, &toolchain, &cargo_home);
        let flags = user_flags(context, &config, &toolchain, &plan.triple)?;
        native_cpu::refuse(context, &config, &flags, &profile, &workspace)?;
        let mut rustflags = flags.list();
        rustflags.extend(plan.rustflags.iter().cloned());
        rustflags.extend(remap.rustflags());
        targets.push(Target { plan, rustflags, workspace: workspace.clone(), c_crates, remap });
    }
    Ok(Plan { choices, targets, profile, features, toolchain, cargo, cargo_home })
}

/// Builds everything that was planned.
pub(super) fn ready(
    context: &Context<'_>,
    plan: &Plan,
    spec: &ImageSpec,
    bases: &Bases,
    time: u64,
) -> Result<Ready, Failure> {
    // What has no base for a platform is better not built.
    for target in &plan.targets {
        bases.image(&target.plan.platform)?;
    }
    let mut programs = Vec::new();
    let mut binaries = Vec::new();
    let mut cargo = Duration::ZERO;
    for target in &plan.targets {
        for note in &target.plan.notes {
            context.ui.note(describe(note));
        }
        let base = bases.image(&target.plan.platform)?;
        let ground = prove::Ground { context, spec, base: base.as_deref() };
        let begun = Instant::now();
        let compiled = run_cargo(context, plan, target, time)?;
        let init = match &spec.init {
            Init::None => None,
            Init::Program(path) => {
                Some(prove::init(path, &spec.init, &target.plan.platform, &ground)?)
            }
            Init::Pid1 => Some(build_pid1(&ground, plan, target)?),
        };
        cargo += begun.elapsed();
        let platform = target.plan.platform.clone();
        let mut built = Vec::new();
        for (choice, executable) in plan.choices.iter().zip(&compiled.executables) {
            let path = &executable.path;
            let facts = prove::prove(path, &platform, &ground)?;
            if !executable.fresh {
                warn_of_paths(context, path, target)?;
            }
            let list = list(&target.workspace, &choice.package, &compiled.linked)?;
            binaries.push(BinaryFacts {
                name: choice.binary.clone(),
                platform: platform.clone(),
                target: Some(target.plan.triple.clone()),
                size: facts.file_size,
                kind: facts.kind(),
                crates: Some(list.packages.len()),
            });
            built.push(Program {
                name: choice.binary.clone(),
                path: path.clone(),
                audit: Some(audit::encode(&list)?),
            });
        }
        programs.push(Programs { platform, programs: built, init, base });
    }
    Ok(Ready {
        title: plan.title().to_owned(),
        package: plan.package().cloned(),
        programs,
        binaries,
        target_directory: plan.target_directory().to_owned(),
        cargo,
    })
}

fn cargo_home(context: &Context<'_>) -> Result<PathBuf, Failure> {
    let named = context.environment.get(environment::CARGO_HOME).filter(|it| !it.is_empty());
    if let Some(path) = named {
        // Relative to where Cargo runs.
        return Ok(context.directory.join(path));
    }
    std::env::home_dir().map(|home| home.join(".cargo")).ok_or_else(|| {
        Failure::new("this user has no home directory").hint("set CARGO_HOME to a directory")
    })
}

fn platforms(context: &Context<'_>, toolchain: &Toolchain) -> Vec<Platform> {
    let mut platforms = context.platforms();
    if platforms.is_empty() {
        platforms.push(target::host_platform(&toolchain.host));
    }
    platforms
}

fn features(context: &Context<'_>) -> Features {
    let (args, settings) = (context.args, &context.settings.file.build);
    let named = if args.features.is_empty() { &settings.features } else { &args.features };
    Features {
        named: named.clone(),
        all: args.all_features,
        no_default: args.no_default_features || settings.default_features == Some(false),
    }
}

fn choose(context: &Context<'_>, workspace: &Workspace) -> Result<Vec<Choice>, Failure> {
    let (args, settings) = (context.args, &context.settings.file.build);
    // A package or binary on the command line replaces both settings.
    let own = args.package.is_some() || !args.bin.is_empty();
    let (package, bins) = if own {
        (args.package.as_deref(), &args.bin)
    } else {
        (settings.package.as_deref(), &settings.bin)
    };
    Ok(select(workspace, package, bins)?)
}

/// The flags that Cargo would give the compiler if we were not there.
fn user_flags(
    context: &Context<'_>,
    config: &CargoConfig,
    toolchain: &Toolchain,
    triple: &str,
) -> Result<cargo_config::Flags, Failure> {
    let flags = effective_rustflags(config, &context.environment, triple, &[])?;
    let cfgs = cfgs(config, toolchain, triple, &flags.list())?;
    Ok(effective_rustflags(config, &context.environment, triple, &cfgs)?)
}

/// What the compiler sets for a target, where the configuration asks for it.
fn cfgs(
    config: &CargoConfig,
    toolchain: &Toolchain,
    triple: &str,
    flags: &[String],
) -> Result<Vec<Cfg>, ToolchainError> {
    if config.needs_cfgs() { toolchain.cfgs(triple, flags) } else { Ok(Vec::new()) }
}

fn run_cargo(
    context: &Context<'_>,
    plan: &Plan,
    target: &Target,
    time: u64,
) -> Result<Compiled, Failure> {
    let triple = &target.plan.triple;
    let mut variables = BTreeMap::new();
    // Build scripts that write down a time take this one.
    variables.insert(environment::SOURCE_DATE_EPOCH.to_owned(), OsString::from(time.to_string()));
    if !target.c_crates.is_empty() {
        let (name, flags) = c_flags(context, triple, &target.remap);
        variables.insert(name, flags.into());
    }
    let workspace = &target.workspace;
    let request = Compile {
        cargo: &plan.cargo,
        directory: &context.directory,
        choices: &plan.choices,
        features: &plan.features,
        profile: &plan.profile,
        locked: !context.args.no_locked,
        offline: context.args.offline,
        quiet: context.ui.is_quiet(),
        triple,
        rustflags: &target.rustflags,
        environment: &variables,
        output_directories: std::iter::once(&*workspace.target_directory)
            .chain(workspace.build_directory.as_deref())
            .collect(),
    };
    compile(&request).map_err(|error| {
        let hint = c_code_hint(target, &error);
        let failure = Failure::from(error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    })
}

/// The variable with flags for C code, with what the user has in it.
fn c_flags(context: &Context<'_>, triple: &str, remap: &Remap) -> (String, String) {
    let underscored = format!("CFLAGS_{}", triple.replace('-', "_"));
    // The crate `cc` takes the first of these that is set.
    let names = [&*format!("CFLAGS_{triple}"), &*underscored, "TARGET_CFLAGS", "CFLAGS"];
    let own = names.iter().find_map(|name| context.environment.get(name)).unwrap_or_default();
    let flags = format!("{own} {}", remap.cflags());
    // The first of them wins over all others, and must not be hidden by the second.
    let first = context.environment.get(names[0]).is_some();
    (if first { names[0].to_owned() } else { underscored.clone() }, flags.trim().to_owned())
}

/// Where C code may be why Cargo failed, says which crate's.
fn c_code_hint(target: &Target, error: &CargoError) -> Option<String> {
    let CargoError::Failed { scripts_run, .. } = error else { return None };
    let remedy = target.plan.notes.iter().find_map(|note| match note {
        Note::NoCCompiler { remedy, .. } => Some(remedy),
        _ => None,
    })?;
    let failed: Vec<&str> = target
        .c_crates
        .iter()
        .filter(|(id, _)| !scripts_run.contains(id))
        .map(|(_, name)| name.as_str())
        .collect();
    (!failed.is_empty()).then(|| {
        format!(
            "C code stands in the way: {} compiles some, and there is no C compiler for {}: {remedy}",
            failed.join(", "),
            target.plan.triple,
        )
    })
}

fn build_pid1(
    ground: &prove::Ground<'_>,
    plan: &Plan,
    target: &Target,
) -> Result<Program, Failure> {
    let context = ground.context;
    let place = target.workspace.target_directory.join("plimsoll/pid1");
    let built = pid1::pid1(&pid1::Request {
        cargo: &plan.cargo,
        directory: &context.directory,
        cache: &place,
        triple: &target.plan.triple,
        rustc: &plan.toolchain.release.to_string(),
        rustflags: &target.plan.rustflags,
        cargo_home: &plan.cargo_home,
        offline: context.args.offline,
        quiet: context.ui.is_quiet(),
    })?;
    let program = prove::init(&built.path, &ground.spec.init, &target.plan.platform, ground)?;
    Ok(Program { audit: Some(built.audit), ..program })
}

/// The crates that are in a program.
fn list(
    workspace: &Workspace,
    root: &PackageId,
    linked: &BTreeSet<PackageId>,
) -> Result<audit::List, Failure> {
    let packages = workspace
        .packages
        .values()
        .map(|package| {
            let edges = workspace.resolve.get(&package.id).map(|it| &*it.dependencies);
            let dependencies = edges
                .unwrap_or_default()
                .iter()
                .filter(|edge| edge.kinds.contains(&DependencyKind::Normal))
                .map(|edge| edge.package.0.clone())
                .collect();
            let source = match &package.source {
                Source::CratesIo => audit::Source::CratesIo,
                Source::Registry(_) => audit::Source::Registry,
                Source::Git(_) => audit::Source::Git,
                Source::Local => audit::Source::Local,
            };
            let entry = audit::Package {
                name: package.name.clone(),
                version: package.version.clone(),
                source,
                dependencies,
            };
            (package.id.0.clone(), entry)
        })
        .collect();
    let compiled = linked.iter().map(|id| id.0.clone()).collect();
    Ok(audit::list(&Graph { root: root.0.clone(), packages, compiled })?)
}

/// A path of this machine in a program makes it another one on the next machine.
fn warn_of_paths(context: &Context<'_>, path: &Path, target: &Target) -> Result<(), Failure> {
    let found = target
        .remap
        .find_in(path)
        .map_err(|source| Failure::new(format!("cannot read {}: {source}", path.display())))?;
    if let Some(directory) = found {
        context.ui.warning(format!(
            "the program holds the path {} of this machine, so that other machines build other \
             bytes: look for env!(\"CARGO_MANIFEST_DIR\") and build scripts that write paths down",
            directory.display()
        ));
    }
    Ok(())
}

/// What a note means for the user.
pub(super) fn describe(note: &Note) -> String {
    match note {
        Note::MuslNotInstalled { musl, taken } => format!(
            "building for {taken}, with glibc linked statically, as {musl} is not installed \
             (`rustup target add {musl}`)"
        ),
        Note::CodeInC { crates, taken } => format!(
            "building for {taken}, with glibc linked statically, as there is no C compiler for \
             musl here and C code in {} (musl-tools of Debian has one)",
            crates.join(", ")
        ),
        Note::NoCCompiler { crates, triple, remedy } => format!(
            "{} may compile C code, and no C compiler for {triple} was found: {remedy}",
            crates.join(", ")
        ),
        Note::RustLld { triple } => {
            format!("linking {triple} with rust-lld, as no linker for it is configured")
        }
    }
}
