//! Five hundred runs in which something goes wrong. Each ends with the right bytes or with a clear error,
//! and whatever happened, no tag leads to missing or wrong blobs, nothing is sent twice into an upload
//! session, and no credential goes to a host that it is not for.
//!
//! `PLIMSOLL_SEED=17 cargo test -p plimsoll-registry --test servers runs` is run 17 alone, and says what
//! went wrong in it.

use std::{
    collections::BTreeSet,
    env,
    fs::{self, File},
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use plimsoll_image::{BlobSet, Descriptor, Digest, Reference};
use plimsoll_registry::{Client, Mounts, Push, RegistryError, Silent, Target};

use crate::{
    faults::{self, Kind, Plan},
    image::{TestImage, any_image, bytes_of},
    random::Random,
    registry::Settings,
    world::{Access, Making, World},
};

/// How many runs there are.
const RUNS: u64 = 500;
/// How many of them are under way at once: most wait most of the time.
const AT_ONCE: usize = 12;
/// No run takes longer, or it hangs.
const LONGEST: Duration = Duration::from_secs(60);

/// What is expected of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hope {
    /// The right bytes: nothing goes wrong, or little enough for the tries that the client has.
    Success,
    /// The right bytes or a clear error.
    Either,
}

#[test]
fn every_run_ends_with_the_right_bytes_or_a_clear_error() {
    if let Ok(seed) = env::var("PLIMSOLL_SEED") {
        let told = run(seed.parse().unwrap());
        for line in &told.went_wrong {
            println!("{line}");
        }
        println!("{:?}", told.outcomes);
        assert_eq!(told.problems, Vec::<String>::new());
        return;
    }
    let (next, errors, faults) = (AtomicU64::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let problems = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= RUNS {
                        return;
                    }
                    let told = run_in_time(seed);
                    errors.fetch_add(
                        told.outcomes.iter().filter(|it| it.is_some()).count(),
                        Ordering::SeqCst,
                    );
                    faults.fetch_add(told.went_wrong.len(), Ordering::SeqCst);
                    let mut problems = problems.lock().unwrap();
                    problems.extend(
                        told.problems.iter().map(|it| format!("PLIMSOLL_SEED={seed}: {it}")),
                    );
                }
            });
        }
    });
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    let (errors, faults) = (errors.into_inner(), faults.into_inner());
    println!("{RUNS} runs with {faults} faults, {errors} of them ended with an error");
    // Else it says little: the faults must bite, and must not always.
    assert!(faults > 2 * 500, "only {faults} faults");
    assert!((20..400).contains(&errors), "{errors} errors");
}

/// What became of a run.
#[derive(Debug, Default)]
struct Told {
    /// The faults that there were.
    went_wrong: Vec<String>,
    /// Of each thing that was done, the error.
    outcomes: Vec<Option<String>>,
    /// What must not be.
    problems: Vec<String>,
}

fn run_in_time(seed: u64) -> Told {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(run(seed)).ok());
    receiver.recv_timeout(LONGEST).unwrap_or_else(|error| Told {
        problems: vec![match error {
            mpsc::RecvTimeoutError::Timeout => format!("not at an end after {LONGEST:?}"),
            mpsc::RecvTimeoutError::Disconnected => "it panicked".to_owned(),
        }],
        ..Told::default()
    })
}

fn run(seed: u64) -> Told {
    let mut random = Random::new(seed);
    let (hope, plan) = plan(seed, &mut random);
    let access = random.pick(&[Access::Open, Access::Basic, Access::Token, Access::Identity]);
    let settings = Settings {
        absolute: random.percent(50),
        single_post: random.percent(25),
        referrers: random.percent(50),
        ranges: random.percent(75),
        mounts: random.percent(75),
        says_digest: random.percent(75),
        ..Settings::default()
    };
    let with_cdn = random.percent(40);
    let world = World::new(Making { access, settings, with_cdn, plan, ..Making::default() });
    let image = any_image(&mut random);
    let client = world.client();
    let mut told = Told::default();
    let began = Instant::now();

    // Another image has the tag already, now and then, and blobs lie elsewhere.
    if random.percent(30) {
        world.put("team/app", "1.0", &any_image(&mut random));
    }
    if random.percent(30) {
        world.put("team/other", "1.0", &image);
    }
    let pushes = random.percent(70);
    let pulls = !pushes || random.percent(60);
    if pushes {
        let outcome = push(&world, &client, &image);
        told.note(&world, hope, "push", &outcome);
        if outcome.is_ok() {
            told.problems.extend(missing_after_push(&world, &image));
        }
    } else {
        world.put("team/app", "1.0", &image);
    }
    let directory = world.directory.path().join("pulled");
    // What could not be pushed is not there.
    let is_there =
        world.registry.state().repo("team/app").tags.get("1.0") == Some(&image.root.digest);
    if pulls && is_there {
        let outcome = pull(&world, &client, &directory);
        told.note(&world, hope, "pull", &outcome);
        told.problems.extend(wrong_files(&directory));
        if let Ok((root, blobs)) = &outcome {
            told.problems.extend(missing_after_pull(&image, root, blobs));
        }
    }
    told.went_wrong = world.plan.done();
    told.problems.extend(world.sins());

    // Nothing of what went wrong stands in the way once it is over.
    world.plan.end();
    let client = world.client();
    match push(&world, &client, &image) {
        Ok(()) => told.problems.extend(missing_after_push(&world, &image)),
        Err(error) => told.problems.push(format!("push after the faults: {error}")),
    }
    match pull(&world, &client, &directory) {
        Ok((root, blobs)) => told.problems.extend(missing_after_pull(&image, &root, &blobs)),
        Err(error) => told.problems.push(format!("pull after the faults: {error}")),
    }
    told.problems.extend(wrong_files(&directory));
    told.problems.extend(world.sins());
    if began.elapsed() > LONGEST / 2 {
        told.problems.push(format!("it took {:?}", began.elapsed()));
    }
    told
}

/// What goes wrong in a run, and what is expected of it.
fn plan(seed: u64, random: &mut Random) -> (Hope, Plan) {
    match seed % 10 {
        0 => (Hope::Success, Plan::new(seed, &[], 0, 0)),
        // Few enough for the tries that the client has.
        1..=3 => (Hope::Success, Plan::new(seed, faults::PASSING, 30, 3)),
        4 => {
            let kind = random.pick(faults::PASSING);
            (Hope::Success, Plan::new(seed, &[kind], 60, 3))
        }
        5 => {
            let kind = random.pick(faults::ALL);
            (Hope::Either, Plan::new(seed, &[kind], 50, usize::MAX))
        }
        6 => (Hope::Either, Plan::new(seed, &[Kind::CutRequest, Kind::CutAnswer], 40, usize::MAX)),
        7 => {
            let kinds = [Kind::Elsewhere, Kind::Loop];
            (Hope::Either, Plan::new(seed, &kinds, 20, usize::MAX))
        }
        _ => {
            let percent = random.pick(&[5, 10, 20, 40]);
            (Hope::Either, Plan::new(seed, faults::ALL, percent, usize::MAX))
        }
    }
}

impl Told {
    fn note<T>(
        &mut self,
        world: &World,
        hope: Hope,
        what: &str,
        outcome: &Result<T, RegistryError>,
    ) {
        let error = outcome.as_ref().err();
        if let Some(error) = error {
            if let Some(text) = world.unclear(error) {
                self.problems.push(format!("{what}: unclear: {text} ({error:?})"));
            }
            if hope == Hope::Success {
                self.problems.push(format!("{what}: {error} ({error:?})"));
            }
        }
        self.outcomes.push(error.map(|it| format!("{what}: {it}")));
    }
}

fn reference(world: &World) -> Reference {
    format!("{}/team/app:1.0", world.host).parse().unwrap()
}

fn push(world: &World, client: &Client, image: &TestImage) -> Result<(), RegistryError> {
    let target = Target { reference: reference(world), immutable: false };
    let other: Reference = format!("{}/team/other", world.host).parse().unwrap();
    let mut mounts = Mounts::new();
    for blob in image.blobs.iter() {
        mounts.insert(blob.digest, vec![other.repository.clone()]);
    }
    let push = Push { root: &image.root, blobs: &image.blobs, mounts: &mounts, targets: &[target] };
    client.push(&push, &Silent).map(drop)
}

fn pull(
    world: &World,
    client: &Client,
    directory: &Path,
) -> Result<(Descriptor, BlobSet), RegistryError> {
    client.pull(&reference(world), None, directory, &Silent)
}

/// After a push that went well, the registry has the very image.
fn missing_after_push(world: &World, image: &TestImage) -> Vec<String> {
    let mut state = world.registry.state();
    let mut wrong = state.broken_tags();
    let tag = state.repo("team/app").tags.get("1.0").copied();
    if tag != Some(image.root.digest) {
        wrong.push(format!("pushed, and the tag is {tag:?} instead of {}", image.root.digest));
    }
    wrong
}

/// After a pull that went well, all of the image is there.
fn missing_after_pull(image: &TestImage, root: &Descriptor, blobs: &BlobSet) -> Vec<String> {
    let mut wrong = Vec::new();
    if root.digest != image.root.digest || root.size != image.root.size {
        wrong.push(format!("pulled {root:?} instead of {:?}", image.root));
    }
    let digests =
        |blobs: &BlobSet| -> BTreeSet<Digest> { blobs.iter().map(|it| it.digest).collect() };
    if digests(blobs) != digests(&image.blobs) {
        wrong.push(format!("pulled {:?} instead of {:?}", digests(blobs), digests(&image.blobs)));
    }
    for blob in blobs.iter() {
        if Digest::of(&bytes_of(blob)) != blob.digest {
            wrong.push(format!("pulled other bytes than {}", blob.digest));
        }
    }
    wrong
}

/// What has the name of a digest has its bytes, whether the pull went well or not.
fn wrong_files(directory: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(directory.join("sha256")).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.len() == 64 && !name.contains('.') {
            let (digest, _) = Digest::of_reader(File::open(&path).unwrap()).unwrap();
            if digest.hex() != name {
                wrong.push(format!("the file {name} has other bytes"));
            }
        }
    }
    wrong
}
