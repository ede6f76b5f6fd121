//! Builds of workflows.

use plimsoll_project::files::MemoryFiles;

use super::*;

/// Each build: context, Dockerfile, target, arguments.
#[track_caller]
fn builds(jobs: &str) -> Vec<String> {
    let path = "/p/.github/workflows/a.yml";
    let text = format!("on: push\njobs:\n{jobs}");
    let files = MemoryFiles::new([("/p/low/dockerfile", "")]);
    let mut builds = Vec::new();
    read(&files, path, &text, &mut builds);
    let or = |it: &Option<String>| it.clone().unwrap_or_else(|| "?".to_owned());
    let shown = builds.iter().map(|it| {
        let target =
            if it.target_known { it.target.clone().unwrap_or_default() } else { "?".to_owned() };
        let args: Vec<String> =
            it.args.iter().map(|it| format!("{}={}", it.0, or(&it.1))).collect();
        format!("{} {} {target} {}", or(&it.context), or(&it.dockerfile), args.join(","))
            .trim_end()
            .to_owned()
    });
    shown.collect()
}

#[track_caller]
fn action(inputs: &str) -> Vec<String> {
    builds(&format!(
        "  a:\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {inputs}\n"
    ))
}

#[track_caller]
fn script(script: &str) -> Vec<String> {
    builds(&format!("  a:\n    steps:\n      - run: {script}\n"))
}

#[test]
fn actions_build_the_repository_or_a_directory() {
    assert_eq!(action("{push: true}"), ["/p /p/Dockerfile"]);
    assert_eq!(
        action("{context: ., file: docker/x.Dockerfile, target: run}"),
        ["/p /p/docker/x.Dockerfile run"]
    );
    assert_eq!(action("{context: api}"), ["/p/api /p/api/Dockerfile"]);
    assert_eq!(action("{context: low}"), ["/p/low /p/low/dockerfile"]);
    assert_eq!(action("{context: '{{defaultContext}}:api', file: x}"), ["/p/api /p/api/x"]);
    assert_eq!(action("{context: https://x/y.git, target: '${{ inputs.t }}'}"), ["? ? ?"]);
    assert_eq!(
        action("{build-args: \"A=1\\nB=${{ github.sha }}\\nC\"}"),
        ["/p /p/Dockerfile  A=1,B=?,C=?"]
    );
}

#[test]
fn each_run_of_a_matrix_is_a_build() {
    let steps = "    steps:\n      - uses: docker/build-push-action@v6\n        with: {context: '${{ matrix.dir }}', target: '${{ matrix.t }}'}\n";
    let include = format!(
        "  a:\n    strategy: {{matrix: {{include: [{{dir: x, t: r}}, {{dir: y}}]}}}}\n{steps}"
    );
    assert_eq!(builds(&include), ["/p/x /p/x/Dockerfile r", "/p/y /p/y/Dockerfile ?"]);
    let lists = format!(
        "  a:\n    strategy: {{matrix: {{dir: [x, y], t: [r], include: [{{dir: x, z: 1}}]}}}}\n{steps}"
    );
    assert_eq!(builds(&lists), ["/p/x /p/x/Dockerfile r", "/p/y /p/y/Dockerfile r"]);
    let dynamic = format!("  a:\n    strategy: {{matrix: '${{{{ fromJSON(x) }}}}'}}\n{steps}");
    assert_eq!(builds(&dynamic), ["? ? ?"]);
}

#[test]
fn scripts_build_from_where_they_are() {
    assert_eq!(script("docker build -t x ."), ["/p /p/Dockerfile"]);
    assert_eq!(
        script(
            "docker buildx build --push -f d/x.Dockerfile --target=run --build-arg A=1 --build-arg B api"
        ),
        ["/p/api /p/d/x.Dockerfile run A=1,B=?"]
    );
    assert_eq!(script("cd api && docker build -f Dockerfile.x .."), ["/p /p/api/Dockerfile.x"]);
    assert_eq!(script("docker build -t x -f $FILE $DIR"), ["? ?"]);
    for text in
        ["docker build - < x", "docker run x build .", "echo docker build .", "cargo build ."]
    {
        assert!(script(text).is_empty(), "{text}");
    }
    let directory = "  a:\n    defaults: {run: {working-directory: api}}\n    steps:\n      - run: docker build .\n";
    assert_eq!(builds(directory), ["/p/api /p/api/Dockerfile"]);
}

#[test]
fn the_repository_may_lie_below() {
    let checkout = |with: &str, step: &str| {
        builds(&format!(
            "  a:\n    steps:\n      - {{uses: actions/checkout@v4, with: {with}}}\n      - {step}\n"
        ))
    };
    let build = "{uses: docker/build-push-action@v6, with: {context: src/api}}";
    assert_eq!(checkout("{path: src}", build), ["/p/api /p/api/Dockerfile"]);
    assert_eq!(checkout("{path: src}", "run: docker build ."), ["? ?"]);
    assert!(checkout("{repository: o/r}", build).is_empty());
    assert_eq!(checkout("{repository: o/r, path: x}", build), ["/p/src/api /p/src/api/Dockerfile"]);
}
