//! A step of a build, as engines name it.

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The stage, where it is named: `builder`, and `stage-1` for one without a name.
    pub stage: Option<String>,
    /// Which step it is.
    pub position: Option<Position>,
    /// The instruction on one line: `RUN cargo build --release`.
    pub instruction: String,
}

/// Which step of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// From 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

impl Step {
    /// Reads BuildKit's `[linux/arm64 builder 4/6] RUN cargo build`.
    pub(super) fn of_buildkit(name: &str) -> Option<Self> {
        let (bracket, instruction) = name.strip_prefix('[')?.split_once(']')?;
        // Metadata, contexts and credentials are no steps of the file.
        let is_other = matches!(bracket, "internal" | "auth" | "context");
        // buildah counts stages in brackets, and names the step behind them.
        if is_other || instruction.trim().is_empty() || instruction.starts_with(" STEP ") {
            return None;
        }
        let mut words: Vec<&str> = bracket.split_whitespace().collect();
        let position = words.pop().and_then(Position::read)?;
        let stage = words.pop().filter(|it| !it.contains('/')).map(str::to_owned);
        Some(Self { stage, position: Some(position), instruction: instruction.trim().to_owned() })
    }

    /// Reads `Step 4/6 : RUN cargo build` of Docker's classic builder and `[1/2] STEP 4/6: RUN …` of
    /// buildah. Both count through the file or stage.
    pub(super) fn of_classic(line: &str) -> Option<Self> {
        let line = match line.strip_prefix('[') {
            Some(rest) => rest.split_once("] ")?.1,
            None => line,
        };
        let rest = line.strip_prefix("Step ").or_else(|| line.strip_prefix("STEP "))?;
        let (position, instruction) = rest.split_once(':')?;
        Some(Self {
            stage: None,
            position: Some(Position::read(position.trim())?),
            instruction: instruction.trim().to_owned(),
        })
    }
}

impl Position {
    fn read(text: &str) -> Option<Self> {
        let (number, of) = text.split_once('/')?;
        Some(Self { number: number.parse().ok()?, of: of.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_steps_are_read_in_every_engines_form() {
        let read = |text| {
            let step = Step::of_buildkit(text).or_else(|| Step::of_classic(text))?;
            let Position { number, of } = step.position?;
            Some((step.stage.unwrap_or_default(), number, of, step.instruction))
        };
        let is = |stage: &str| Some((stage.to_owned(), 4, 6, "RUN make a:b".to_owned()));
        assert_eq!(read("[builder 4/6] RUN make a:b"), is("builder"));
        assert_eq!(read("[linux/arm64 builder 4/6] RUN make a:b"), is("builder"));
        assert_eq!(read("[linux/amd64->arm64 stage-1 4/6] RUN make a:b"), is("stage-1"));
        assert_eq!(read("[4/6] RUN make a:b"), is(""));
        assert_eq!(read("Step 4/6 : RUN make a:b"), is(""));
        assert_eq!(read("[1/2] STEP 4/6: RUN make a:b"), is(""));
        assert_eq!(read("STEP 4/6: RUN make a:b"), is(""));
    }

    #[test]
    fn what_is_no_step_of_the_file_is_none() {
        for text in [
            "[internal] load metadata for docker.io/library/rust:1",
            "[auth] a pull",
            "Step a",
            "[]",
            "x",
        ] {
            assert_eq!(Step::of_buildkit(text).or_else(|| Step::of_classic(text)), None, "{text}");
        }
    }
}
