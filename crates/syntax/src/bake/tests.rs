//! Tests of bake files.

use super::{Bake, BakeItem, BakeValue, parse};

const FILE: &str = "\
# comment
variable \"TAG\" { default = \"latest\" }
variable \"REGISTRY\" {
  default = \"ghcr.io/a\" // here
  validation { condition = TAG != \"\" }
}
function \"f\" { params = [a]  result = \"${a}\" }
group \"default\" { targets = [\"app\", \"more\",] }
group \"more\" { targets = [\"db\", \"default\"] }
target \"base\" {
  context = \"./src\"
  args = { RUST = \"1.90\", A = 1, \"B\": true }
  platforms = [
    \"linux/amd64\", # é
    /* no */ \"linux/arm64\",
  ]
}
target \"app\" {
  inherits = [\"base\"]
  dockerfile = \"build/Dockerfile\"
  target = equal(TAG, \"x}\") ? \"a\" : \"b\"
  args = { A = \"2\", C = TAG }
  tags = [\"${REGISTRY}/app:${TAG}\", f(\"x\"), notequal(\"${TAG}\", \"\") ? \"a\" : \"\"]
  dockerfile-inline = <<EOT
FROM scratch
}
EOT
  labels = { \"${TAG}\" = \"x\" }
  output = [\"type=docker\"]
}
target \"db\" {}
";

fn names(bake: &Bake, group: &str) -> Vec<String> {
    bake.targets_of(group).into_iter().map(|it| it.name.clone()).collect()
}

#[test]
fn targets_are_read_with_what_they_inherit() {
    let bake = parse(FILE);
    assert_eq!(names(&bake, "default"), ["app", "db"]);
    assert_eq!(names(&bake, "app"), ["app"]);
    assert_eq!(names(&bake, "none"), [""; 0]);
    let app = bake.target("app").unwrap();
    assert_eq!(app.name_span.slice(FILE), Some("\"app\""));
    let text = |name: &str| bake.attribute(app, name).and_then(BakeItem::literal);
    assert_eq!(text("context"), Some("./src"));
    assert_eq!(text("dockerfile"), Some("build/Dockerfile"));
    assert_eq!(text("dockerfile-inline"), Some("FROM scratch\n}\n"));
    assert_eq!(bake.attribute(app, "target").unwrap().value, BakeValue::Unknown);
    let args: Vec<_> =
        bake.args(app).iter().map(|it| (it.name.clone(), bake.expand(&it.value))).collect();
    let known = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
    assert_eq!(
        args,
        [known("A", "2"), known("C", "latest"), known("RUST", "1.90"), known("B", "true")]
    );
    let tags = bake.attribute(app, "tags").unwrap().items();
    assert_eq!(tags.len(), 3);
    assert_eq!(bake.expand(&tags[0]).as_deref(), Some("ghcr.io/a/app:latest"));
    assert_eq!(tags[1].value, BakeValue::Unknown);
    assert_eq!(tags[1].span.slice(FILE), Some("f(\"x\")"));
    let platforms = bake.attribute(app, "platforms").unwrap();
    let places: Vec<_> = platforms.items().iter().map(|it| it.span.slice(FILE).unwrap()).collect();
    assert_eq!(places, ["\"linux/amd64\"", "\"linux/arm64\""]);
    assert!(bake.attribute(app, "output").is_some(), "the heredoc has ended");
}

#[test]
fn json_says_the_same() {
    let text = "{\"target\": {\"app\": {\"dockerfile\": \"D\", \"args\": {\"A\": \"1\", \"B\": null}, \"tags\": [\"a:b\"]}},\n\
                \"group\": {\"default\": {\"targets\": [\"app\"]}}}";
    let bake = parse(text);
    assert_eq!(names(&bake, "default"), ["app"]);
    let app = bake.target("app").unwrap();
    assert_eq!(app.get("dockerfile").unwrap().span.slice(text), Some("\"D\""));
    assert_eq!(bake.args(app).len(), 2);
    assert_eq!(app.get("tags").unwrap().items()[0].literal(), Some("a:b"));
}

#[test]
fn nothing_makes_it_fail_or_run_on() {
    for text in [
        "target",
        "target \"a",
        "target \"a\" {",
        "target \"a\" { b = ",
        "target \"a\" { b = [1, }\n}",
        "target \"a\" { b = \"${x(\"y\")}\" }",
        "}{][",
        "é = \"\\é\"",
        "target \"a\" { b = <<",
        "target \"a\" { b = <<E\n",
        "target \"a\" { é }",
        "a = <<-é\n",
        "\u{feff}{",
    ] {
        parse(text);
    }
    let deep = "target \"a\" { b = ".to_owned() + &"[".repeat(5000);
    parse(&deep);
    let circle = "target \"a\" { inherits = [\"b\"] }\ntarget \"b\" { inherits = [\"a\"] }\n\
                  variable \"v\" { default = \"${v}${v}\" }\ntarget \"c\" { x = \"${v}\" }";
    let bake = parse(circle);
    assert_eq!(bake.attribute(bake.target("a").unwrap(), "x"), None);
    assert_eq!(bake.expand(bake.target("c").unwrap().get("x").unwrap()), None);
}
