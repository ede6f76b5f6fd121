//! Builds of images: by actions and by commands.

use plimsoll_finding::Span;
use plimsoll_syntax::workflow::{Field, Step};

use super::commands::{self, Argument, BUILD_FLAGS, Engine, Verb};
use super::images::Text;
use super::variables::Variables;

/// A build of an image.
#[derive(Clone, Debug)]
pub(crate) struct Build<'y> {
    /// Who makes it.
    pub(crate) by: Builder,
    /// Whether the image is pushed.
    pub(crate) push: Push<'y>,
    /// What the image is called; see also `tags_known`.
    pub(crate) tags: Vec<Text>,
    /// The ids of the steps of `docker/metadata-action` that give further names.
    pub(crate) metadata: Vec<String>,
    /// Whether the names above are all.
    pub(crate) tags_known: bool,
    /// The build context.
    pub(crate) context: Option<Text>,
    /// The Dockerfile.
    pub(crate) file: Option<Text>,
    /// The stage.
    pub(crate) target: Option<Text>,
    /// The build arguments: names with values, and the place of both.
    pub(crate) args: Vec<Text>,
    /// The platforms, each alone.
    pub(crate) platforms: Vec<Text>,
    /// Where the cache goes.
    pub(crate) cache_to: Vec<Text>,
    /// Where it comes from.
    pub(crate) cache_from: Vec<Text>,
}

/// Who makes a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builder {
    /// `docker/build-push-action`
    Action,
    /// `depot/build-push-action` and others that need no set-up.
    Remote,
    /// `docker/bake-action`
    BakeAction,
    /// `docker build`
    Docker,
    /// `docker buildx build`
    Buildx,
    /// `docker buildx bake`
    Bake,
}

/// Whether an image is pushed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Push<'y> {
    /// It is not.
    Never,
    /// It is; the place says so.
    Always(Span),
    /// An expression decides.
    When(Field<'y>),
    /// It can't be known.
    Unknown,
}

impl<'y> Build<'y> {
    /// The build of a step that uses an action.
    pub(super) fn by_action(step: Step<'y>, by: Builder, variables: &Variables<'y>) -> Self {
        let text = |name: &str| step.input(name).map(|it| variables.text(it));
        let outputs = list(step.input("outputs"), variables, false);
        let mut build = Self {
            by,
            push: push_of(step, &outputs, variables),
            tags: Vec::new(),
            metadata: Vec::new(),
            tags_known: true,
            context: text("context"),
            file: text("file"),
            target: text("target"),
            args: list(step.input("build-args"), variables, false),
            platforms: list(step.input("platforms"), variables, true),
            cache_to: list(step.input("cache-to"), variables, false),
            cache_from: list(step.input("cache-from"), variables, false),
        };
        build.name(list(step.input("tags"), variables, true));
        let named = outputs.iter().filter_map(|it| Some((it, attribute(&it.text, "name")?)));
        let named: Vec<_> = named
            .map(|(it, name)| {
                let by_digest = attribute(&it.text, "push-by-digest") == Some("true");
                let digest = if by_digest { "@${{digest}}" } else { "" };
                Text { text: format!("{name}{digest}"), span: it.span }
            })
            .collect();
        build.name(named);
        if by == Builder::BakeAction {
            build.tags_known = false;
        }
        build
    }

    /// Takes what a list says of the image's names.
    fn name(&mut self, tags: Vec<Text>) {
        for tag in tags {
            match metadata_step(&tag.text) {
                _ if !tag.text.starts_with("${{") => self.tags.push(tag),
                Some(id) => self.metadata.push(id.to_owned()),
                // An expression that is a whole line may stand for several names.
                None if tag.text.ends_with("}}") && !tag.text[3..].contains("${{") => {
                    self.tags_known = false;
                }
                None => self.tags.push(tag),
            }
        }
    }

    /// The build of a command.
    pub(super) fn by_command(engine: &Engine<'_, '_>, variables: &Variables<'y>) -> Self {
        let by = match engine.verb {
            Verb::BuildxBuild => Builder::Buildx,
            Verb::Bake => Builder::Bake,
            _ => Builder::Docker,
        };
        let arguments = commands::arguments(engine.args, BUILD_FLAGS, false);
        let text = |it: &Argument<'_>| Text { text: variables.shell(it.value), span: it.span };
        let all = |names: &[&str]| -> Vec<Text> {
            commands::values(&arguments, names).map(text).collect()
        };
        let last = |names: &[&str]| commands::values(&arguments, names).last().map(text);
        let outputs = all(&["-o", "--output"]);
        let push =
            commands::values(&arguments, &["--push"]).next().filter(|it| it.value != "false");
        let pushing = outputs.iter().find(|it| pushes(&it.text));
        let push = match (push, pushing) {
            (Some(it), _) => Push::Always(it.span),
            (None, Some(it)) => Push::Always(it.span),
            // Options may come from variables.
            _ if options_from_variables(&arguments) => Push::Unknown,
            _ => Push::Never,
        };
        let platforms = all(&["--platform"]);
        let platforms = platforms.iter().flat_map(|it| {
            it.text.split(',').map(|one| Text { text: one.trim().to_owned(), span: it.span })
        });
        let tags = all(&["-t", "--tag"]);
        Self {
            by,
            push,
            tags_known: by != Builder::Bake && tags.iter().all(|it| !is_open(&it.text)),
            tags,
            metadata: Vec::new(),
            context: (by != Builder::Bake).then(|| last(&[""])).flatten(),
            file: last(&["-f", "--file"]),
            target: last(&["--target"]),
            args: all(&["--build-arg"]),
            platforms: platforms.collect(),
            cache_to: all(&["--cache-to"]),
            cache_from: all(&["--cache-from"]),
        }
    }

    /// Whether it is made by an action of Docker's.
    pub(crate) fn is_action(&self) -> bool {
        matches!(self.by, Builder::Action | Builder::BakeAction)
    }

    /// Whether it is pushed in some run for certain: an expression is there to be true at times.
    pub(crate) fn pushes(&self) -> bool {
        matches!(self.push, Push::Always(_) | Push::When(_))
    }

    /// The place that says that it is pushed.
    pub(crate) fn push_span(&self) -> Option<Span> {
        match self.push {
            Push::Always(span) => Some(span),
            Push::When(field) => Some(field.span()),
            Push::Never | Push::Unknown => None,
        }
    }
}

/// The step whose output `tags` an expression is.
fn metadata_step(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("${{steps.")?.strip_suffix("}}")?;
    inner.strip_suffix(".outputs.tags").filter(|it| !it.contains(['.', '{']))
}

/// Whether a variable alone stands where options are: any operand but the context at the end.
fn options_from_variables(arguments: &[Argument<'_>]) -> bool {
    let operands: Vec<_> = arguments.iter().filter(|it| it.name.is_empty()).collect();
    operands.split_last().is_some_and(|(_, others)| others.iter().any(|it| is_open(it.value)))
}

/// Whether a word may be more than one: a variable that nobody knows alone.
fn is_open(text: &str) -> bool {
    text.starts_with('$') && !text.contains([':', '/'])
}

/// Whether a step pushes what it builds.
fn push_of<'y>(step: Step<'y>, outputs: &[Text], variables: &Variables<'y>) -> Push<'y> {
    if let Some(field) = step.input("push") {
        if variables.text(field).text.trim().eq_ignore_ascii_case("true") {
            return Push::Always(field.span());
        }
        if field.literal().is_none() {
            return Push::When(field);
        }
    }
    if let Some(output) = outputs.iter().find(|it| pushes(&it.text)) {
        return Push::Always(output.span);
    }
    let sets = list(step.input("set"), variables, false);
    if let Some(set) = sets.iter().find(|it| it.text.contains(".output=") && pushes(&it.text)) {
        return Push::Always(set.span);
    }
    let unknown = outputs.iter().any(|it| it.text.starts_with("${{"));
    if unknown { Push::Unknown } else { Push::Never }
}

/// Whether an output is one that pushes.
fn pushes(output: &str) -> bool {
    output.contains("type=registry") || attribute(output, "push") == Some("true")
}

/// An attribute of a list such as `type=gha,mode=max`.
pub(crate) fn attribute<'t>(list: &'t str, name: &str) -> Option<&'t str> {
    let mut fields = list.split(',').map(|it| it.trim().trim_matches('"'));
    fields.find_map(|it| it.split_once('=').filter(|it| it.0 == name).map(|it| it.1))
}

/// The items of an input that is a list: one a line, or parted by commas too.
pub(super) fn list<'y>(
    field: Option<Field<'y>>,
    variables: &Variables<'y>,
    commas: bool,
) -> Vec<Text> {
    let Some(field) = field else { return Vec::new() };
    let mut items = Vec::new();
    for (line, range) in field.lines() {
        if line.starts_with('#') {
            continue;
        }
        let mut at = range.start;
        // Commas in expressions part nothing.
        let parted = commas && !line.starts_with("name=") && !in_expression(line);
        let parts: Vec<&str> = if parted { line.split(',').collect() } else { vec![line] };
        for part in parts {
            let start = at + (part.len() - part.trim_start().len());
            at += part.len() + 1;
            let part = part.trim();
            if !part.is_empty() {
                items.push(variables.part(part, field.span_of(start..start + part.len())));
            }
        }
    }
    items
}

/// Whether a comma stands in an expression.
fn in_expression(line: &str) -> bool {
    plimsoll_syntax::workflow::parts(line).any(|it| match it {
        plimsoll_syntax::workflow::Part::Expression { text, .. } => text.contains(','),
        plimsoll_syntax::workflow::Part::Text { .. } => false,
    })
}
