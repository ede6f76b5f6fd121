//! Tests of what commands do with packages.

use plimsoll_syntax::dockerfile;

use super::*;

/// Each command of a file: program with verb, operation, packages.
#[track_caller]
fn reads(text: &str, expected: &[&str]) {
    let file = dockerfile::parse(text);
    assert!(file.errors.is_empty(), "{:?}", file.errors);
    let facts = Facts::new(&file);
    let lines: Vec<String> = facts
        .package_runs()
        .map(|it| {
            let names: Vec<&str> = it.does.packages.iter().map(|it| it.text.as_ref()).collect();
            format!("{} {:?} {}", it.title(), it.does.operation, names.join(","))
        })
        .collect();
    assert_eq!(lines, expected, "{text}");
}

#[test]
fn values_of_options_are_no_packages() {
    for (script, expected) in [
        (
            "apt-get -o X=Y -t bookworm-backports install -qqy a b=1",
            "apt-get install Install a,b=1",
        ),
        ("apk add --no-cache -X http://a/b a", "apk add Install a"),
        ("apk --no-cache add -t .b a", "apk add Install a"),
        ("dnf install -y --setopt install_weak_deps=0 a", "dnf install Install a"),
        ("yum -y group install 'Development Tools'", "yum install Install Development Tools"),
        ("zypper -n in --repo x a", "zypper in Install a"),
        ("pacman -Syu --noconfirm a", "pacman -Syu Install a"),
        ("pacman -Sy", "pacman -Sy Update "),
        ("pacman --sync --refresh --sysupgrade", "pacman --sync Upgrade "),
        ("pip3.12 install -r r.txt -c c.txt --index-url u a==1", "pip3.12 install Install a==1"),
        ("python3 -m pip install --upgrade pip", "pip install Install pip"),
        ("/venv/bin/python -m pip install x", "pip install Install x"),
        ("uv pip install --system a", "uv pip install Install a"),
        ("npm i -g --prefix /x @a/b@1 c", "npm i Install @a/b@1,c"),
        ("yarn", "yarn Install "),
        ("yarn global add a", "yarn add Install a"),
        ("gem install a -v 1 -- --with-x=/y z", "gem install Install a"),
        ("go install -ldflags '-s -w' a.b/c@v1", "go install Install a.b/c@v1"),
        ("apt-get $OPTIONS install -y a", "apt-get install Install a"),
        ("sudo -E apt-get update", "apt-get update Update "),
        ("bash -c 'apt-get update'", "apt-get update Update "),
        ("rm -rf /x; npm cache clean --force", "npm clean Clean "),
    ] {
        reads(&format!("FROM a\nRUN {script}\n"), &[expected]);
    }
}

#[test]
fn other_uses_of_the_programs_are_left_alone() {
    for script in [
        "python -m venv /x",
        "uv sync",
        "uv tool install x",
        "yarn build",
        "yarn --version",
        "npm run install",
        "go build ./...",
        "apk info",
        "dnf config-manager --add-repo x",
        "pip --version",
        "pip cache dir",
        "apt-get $X",
        "chroot /x apt-get update",
    ] {
        reads(&format!("FROM a\nRUN {script}\n"), &[]);
    }
}

#[test]
fn variables_are_put_in_where_they_are_known() {
    reads(
        "FROM a\nARG X\nENV P=\"a  b=1\"\nRUN q='c d' && apt-get install $P \"${q}\" $X $(cat l) \\\n e-$X",
        &["apt-get install Install a,b=1,c,d,$X,$(cat l),e-$X"],
    );
}

#[test]
fn what_a_builtin_keeps_or_a_command_prints() {
    reads("FROM a\nRUN d=' b c ' set -x && apk add $d", &["apk add Install b,c"]);
    reads(
        "FROM a\nRUN d=b apk update && apk add $d",
        &["apk update Update ", "apk add Install $d"],
    );
    reads("FROM a\nRUN d=$(ls -t *.whl) && pip install $d", &["pip install Install $d"]);
}

#[test]
fn shells_of_windows_are_left_alone() {
    reads("FROM a\nSHELL [\"pwsh\", \"-c\"]\nRUN npm i a\n", &[]);
    reads("FROM a AS b\nSHELL [\"cmd\", \"/S\", \"/C\"]\nFROM b\nRUN npm i a\n", &[]);
    reads("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN npm i a\n", &[]);
    reads(
        "FROM a\nRUN npm i a\nSHELL [\"cmd\"]\nSHELL [\"/bin/bash\", \"-c\"]\nRUN npm i b\n",
        &["npm i Install a", "npm i Install b"],
    );
}

#[test]
fn a_stage_has_what_those_below_it_install_and_nothing_removes() {
    let text = "FROM a AS b\nRUN apk add curl=8~ git && apk add -t .d gcc\nRUN apk del .d\n\
                FROM c\nRUN apt-get install -y zsh\n\
                FROM b\nRUN apk add make && apk del git\nRUN apk --root /x add elsewhere\n";
    let file = dockerfile::parse(text);
    let facts = Facts::new(&file);
    let installed: Vec<&str> =
        facts.packages().installed(&facts.stages, 2).map(|it| it.1).collect();
    assert_eq!(installed, ["make", "curl"]);
}

#[test]
fn pinned_is_what_no_day_changes() {
    let pinned = |manager, text: &str| {
        let known = !text.contains('$');
        is_pinned(manager, &Package { text: text.to_owned().into(), span: Span::empty(0), known })
    };
    for (manager, yes, no) in [
        (Manager::Apt, "a=1 ./a.deb a/trixie a- $A a=$B", "a a:arm64"),
        (Manager::Apk, "a=1 a~1 a~=1 a<2 .a !a", "a a@edge a>1"),
        (Manager::Yum, "a-1.2 @core https://x/a.rpm a-$V a-1*", "a a-devel"),
        (Manager::Zypper, "a=1 a.rpm a<2", "a"),
        (
            Manager::Pip,
            "a==1 a~=1 a<2 a>=1,<2 . ./a a.whl a@https://b git+https://a/b@c",
            "a a[b] a>=1 a!=2 git+https://a/b",
        ),
        (Manager::Npm, "a@1 @a/b@^1 ./a a.tgz a#c", "a @a/b a@latest"),
        (Manager::Gem, "a:1 a.gem", "a"),
        (Manager::Go, "a/b@v1 ./... a/b a/b@$V", "a/b@latest a/b@master"),
    ] {
        for text in yes.split(' ') {
            assert!(pinned(manager, text), "{manager:?} {text}");
        }
        for text in no.split(' ') {
            assert!(!pinned(manager, text), "{manager:?} {text}");
        }
    }
}
