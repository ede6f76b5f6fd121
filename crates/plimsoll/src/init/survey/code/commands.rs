//! Subcommands that `clap` derives from types.

use plimsoll_project::cargo_files::{Code, Token};

use super::{Subcommand, What};

/// What a word that begins a type says of the command line.
pub(super) fn at(code: &Code<'_>, at: usize) -> Vec<What> {
    let is_enum = match code.word(at) {
        Some("enum") => true,
        Some("struct") => false,
        _ => return Vec::new(),
    };
    let Some(name) = code.word(at + 1) else { return Vec::new() };
    let derived = derived(code, at);
    let has = |it: &str| derived.contains(&it);
    let is_parser = has("Parser") || has("StructOpt");
    if !(is_parser || has("Subcommand") || has("Args")) {
        return Vec::new();
    }
    let open = (at..at + 40).find(|it| code.is_sign(*it, b'{') || code.is_sign(*it, b';'));
    let Some(open) = open.filter(|it| code.is_sign(*it, b'{')) else { return Vec::new() };
    if is_enum {
        let mut found = vec![What::Subcommands(name.to_owned(), variants(code, at, open))];
        if is_parser && !has("Subcommand") {
            let (holder, subcommands) = (name.to_owned(), name.to_owned());
            found.push(What::TakesSubcommand { holder, is_first: true, subcommands });
        }
        return found;
    }
    let fields = fields(code, open);
    let needs_more = fields.iter().any(|it| it.needs_value);
    let mut found = vec![What::Arguments(name.to_owned(), needs_more)];
    found.extend(fields.into_iter().filter(|it| it.is_subcommand).map(|it| {
        What::TakesSubcommand {
            holder: name.to_owned(),
            is_first: is_parser,
            subcommands: it.type_name.to_owned(),
        }
    }));
    found
}

/// The words of the `derive` before a type.
fn derived<'t>(code: &Code<'t>, at: usize) -> Vec<&'t str> {
    let from = at.saturating_sub(200);
    let before = (from..at).rev().take_while(|it| {
        !(matches!(code.token(*it), Some(Token::Sign(b';' | b'}')))
            && code.around(*it) == code.around(at))
    });
    let opens = before.filter(|it| code.is_row(*it, "derive (")).map(|it| it + 1);
    opens.flat_map(|open| (open..code.close(open)).filter_map(|it| code.word(it))).collect()
}

/// The subcommands that the variants of an enum are.
fn variants(code: &Code<'_>, keyword: usize, open: usize) -> Vec<Subcommand> {
    let case = renaming(code, keyword);
    let mut found = Vec::new();
    let end = code.close(open);
    let mut at = open + 1;
    while at < end && found.len() < 200 {
        let (attributes, head) = attributes(code, at, end);
        let Some(variant) = code.word(head) else { break };
        let named = attributes.iter().find_map(|it| value_of(code, it.clone(), "name"));
        let name = named.map_or_else(|| renamed(variant, case), str::to_owned);
        let mut one = Subcommand { name, needs_more: false, arguments: None };
        let mut next = head + 1;
        if code.is_sign(next, b'(') {
            let words = (next..code.close(next)).filter_map(|it| code.word(it));
            one.arguments = words.rev().find(|it| *it != "Box").map(str::to_owned);
            next = code.close(next) + 1;
        } else if code.is_sign(next, b'{') {
            one.needs_more = fields(code, next).iter().any(|it| it.needs_value);
            next = code.close(next) + 1;
        }
        let is_skipped =
            attributes.iter().any(|it| it.clone().any(|it| code.word(it) == Some("skip")));
        found.extend((!is_skipped).then_some(one));
        at = (next..end).find(|it| code.is_sign(*it, b',')).map_or(end, |it| it + 1);
    }
    found
}

struct Field<'t> {
    is_subcommand: bool,
    /// Whether an argument has no default and can't be left out.
    needs_value: bool,
    /// The innermost type.
    type_name: &'t str,
}

fn fields<'t>(code: &Code<'t>, open: usize) -> Vec<Field<'t>> {
    let mut found = Vec::new();
    let end = code.close(open);
    let mut at = open + 1;
    while at < end && found.len() < 200 {
        let (attributes, head) = attributes(code, at, end);
        let colon = (head..end).find(|it| code.is_sign(*it, b':'));
        let Some(colon) = colon else { break };
        // A comma in `<…>` ends no field, but what follows it is none either.
        let stop =
            (colon..end).find(|it| code.is_sign(*it, b',') && code.around(*it) == Some(open));
        let stop = stop.unwrap_or(end);
        let types: Vec<&str> = (colon..stop).filter_map(|it| code.word(it)).collect();
        let says = |list: &[&str]| {
            attributes.iter().any(|it| {
                it.clone().filter_map(|it| code.word(it)).any(|word| list.contains(&word))
            })
        };
        let is_subcommand = says(&["subcommand"]);
        let can_be_missing = types.iter().any(|it| matches!(*it, "Option" | "Vec" | "bool"))
            || says(&[
                "default_value",
                "default_value_t",
                "default_values",
                "default_value_os",
                "flatten",
                "default_values_t",
                "skip",
                "count",
                "default_value_if",
            ])
            || types.is_empty();
        found.push(Field {
            is_subcommand,
            needs_value: !is_subcommand && !can_be_missing,
            type_name: types.last().copied().unwrap_or_default(),
        });
        at = stop + 1;
    }
    found
}

/// The attributes that begin at a token, and what follows them, past `pub`.
fn attributes(code: &Code<'_>, start: usize, end: usize) -> (Vec<std::ops::Range<usize>>, usize) {
    let (mut found, mut at) = (Vec::new(), start);
    while at < end && code.is_row(at, "# [") {
        let close = code.close(at + 1);
        found.push(at + 2..close);
        at = close + 1;
    }
    if code.word(at) == Some("pub") {
        at = if code.is_sign(at + 1, b'(') { code.close(at + 1) + 1 } else { at + 1 };
    }
    (found, at)
}

/// `key = "value"` in an attribute of `clap`; `value` of `#[command("value")]`, too.
fn value_of<'t>(
    code: &Code<'t>,
    mut attribute: std::ops::Range<usize>,
    key: &str,
) -> Option<&'t str> {
    let by = code.word(attribute.start)?;
    if !matches!(by, "command" | "clap" | "structopt") {
        return None;
    }
    attribute.find_map(|at| {
        let is_key = code.word(at) == Some(key) && code.is_sign(at + 1, b'=');
        is_key.then(|| code.literal(at + 2)).flatten()
    })
}

/// What `rename_all` before a type says.
fn renaming<'t>(code: &Code<'t>, keyword: usize) -> &'t str {
    let from = keyword.saturating_sub(200);
    let before = (from..keyword).rev().take_while(|it| {
        !(matches!(code.token(*it), Some(Token::Sign(b';' | b'}')))
            && code.around(*it) == code.around(keyword))
    });
    let mut places = before.filter(|it| code.is_row(*it, "rename_all ="));
    places.next().and_then(|it| code.literal(it + 2)).unwrap_or("kebab-case")
}

/// A variant's name as it is typed.
fn renamed(variant: &str, case: &str) -> String {
    let sign = match &*case.to_ascii_lowercase() {
        "lower" | "lowercase" => "",
        "snake" | "snake_case" => "_",
        "pascal" | "pascalcase" | "verbatim" => return variant.to_owned(),
        _ => "-",
    };
    let mut found = String::new();
    let letters: Vec<char> = variant.chars().collect();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|it| letters.get(it));
        let after_small = before.is_some_and(|it| it.is_lowercase() || it.is_ascii_digit());
        let before_small = letters.get(index + 1).is_some_and(|it| it.is_lowercase());
        let is_break = letter.is_uppercase()
            && (after_small || before.is_some_and(|it| it.is_uppercase()) && before_small);
        if is_break {
            found.push_str(sign);
        }
        found.extend(letter.to_lowercase());
    }
    found
}
