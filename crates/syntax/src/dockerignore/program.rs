//! The regular expressions that patterns stand for, run over all paths at once.
//!
//! Only what patterns become is read: characters, `.`, classes, `^`, `$`, `*` after one of them, and
//! the group `(.*/)?`.

mod class;

use std::iter::Peekable;
use std::str::Chars;

use class::Class;

/// A compiled expression. Matching takes time in the product of the lengths, whatever is in it.
#[derive(Clone, Debug)]
pub(super) struct Program {
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    One(Class),
    Start,
    End,
    /// Goes on at both.
    Split(usize, usize),
    Jump(usize),
}

impl Program {
    /// Compiles an expression; `None` where Go refuses it.
    pub(super) fn compile(expression: &str) -> Option<Self> {
        let mut program = Self { steps: Vec::new() };
        let mut chars = expression.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                // Only `(.*/)?` is ever written: other parentheses are escaped.
                '(' => {
                    let split = program.push(Step::End);
                    program.repeated(Class::any());
                    program.push(Step::One(Class::of('/')));
                    program.steps[split] = Step::Split(split + 1, program.steps.len());
                    for _ in 0..".*/)?".len() {
                        chars.next();
                    }
                }
                '^' => {
                    program.push(Step::Start);
                }
                '$' => {
                    program.push(Step::End);
                }
                _ => {
                    let class = Class::read(c, &mut chars)?;
                    program.maybe_repeated(class, &mut chars);
                }
            }
        }
        Some(program)
    }

    /// Whether the whole text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        let mut active = Active::new(self.steps.len());
        let mut next = Active::new(self.steps.len());
        self.add(0, 0, text.len(), &mut active);
        for (at, c) in text.char_indices() {
            let after = at + c.len_utf8();
            for index in active.list.drain(..) {
                if matches!(&self.steps[index], Step::One(class) if class.holds(c)) {
                    self.add(index + 1, after, text.len(), &mut next);
                }
            }
            active.seen.fill(false);
            std::mem::swap(&mut active, &mut next);
            if active.list.is_empty() {
                return active.done && after == text.len();
            }
            if after < text.len() {
                active.done = false;
            }
        }
        active.done
    }

    /// Follows jumps from a step on.
    fn add(&self, index: usize, at: usize, end: usize, to: &mut Active) {
        let mut open = vec![index];
        while let Some(index) = open.pop() {
            let Some(step) = self.steps.get(index) else {
                to.done = true;
                continue;
            };
            if std::mem::replace(&mut to.seen[index], true) {
                continue;
            }
            match step {
                Step::One(_) => to.list.push(index),
                Step::Start if at == 0 => open.push(index + 1),
                Step::End if at == end => open.push(index + 1),
                Step::Start | Step::End => {}
                Step::Split(one, other) => open.extend([*one, *other]),
                Step::Jump(target) => open.push(*target),
            }
        }
    }

    fn push(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }

    fn maybe_repeated(&mut self, class: Class, chars: &mut Peekable<Chars<'_>>) {
        if chars.next_if_eq(&'*').is_some() {
            self.repeated(class);
        } else {
            self.push(Step::One(class));
        }
    }

    fn repeated(&mut self, class: Class) {
        let split = self.push(Step::End);
        self.push(Step::One(class));
        self.push(Step::Jump(split));
        self.steps[split] = Step::Split(split + 1, self.steps.len());
    }
}

/// The steps that may come next.
struct Active {
    list: Vec<usize>,
    seen: Vec<bool>,
    done: bool,
}

impl Active {
    fn new(steps: usize) -> Self {
        Self { list: Vec::new(), seen: vec![false; steps], done: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(expression: &str, text: &str) -> bool {
        Program::compile(expression).is_some_and(|it| it.matches(text))
    }

    #[test]
    fn all_of_the_text_is_matched() {
        assert!(matches("^a[^/]*b$", "ab") && matches("^a[^/]*b$", "axxb"));
        assert!(!matches("^a[^/]*b$", "a/b") && !matches("^a[^/]*b$", "abc"));
        assert!(matches("^(.*/)?a$", "a") && matches("^(.*/)?a$", "x/y/a"));
        assert!(!matches("^(.*/)?a$", "xa") && !matches("^(.*/)?a$", "a/x"));
        assert!(matches("^a.*$", "a") && matches("^a.*$", "a/é/b"));
        assert!(matches("^$", "") && !matches("^$", "a") && !matches("^a^b$", "ab"));
        assert!(!matches("^[^/]$", "") && matches("^[^/]$", "é"));
    }

    #[test]
    fn many_stars_take_no_time() {
        let expression = format!("^{}b$", "[^/]*a".repeat(40));
        assert!(!matches(&expression, &"a".repeat(4000)));
    }
}
