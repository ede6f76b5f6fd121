//! What images start, in all the ways in which people write it.

use plimsoll_syntax::dockerfile;

use super::*;

/// What each image starts: its words, then the paths and texts of its scripts.
fn starts(text: &str) -> Vec<String> {
    let file = dockerfile::parse(text);
    let facts = Facts::new(&file);
    let lines = facts.starts().iter().map(|it| {
        let words = it.command.iter().flat_map(|it| &it.words).map(|it| &*it.value);
        let words = words.collect::<Vec<_>>().join(" ");
        let scripts =
            it.scripts.iter().map(|it| format!("|{:?} {}:{}", it.kind, it.shell, it.text()));
        format!("{words}{}", scripts.collect::<String>())
    });
    lines.collect()
}

#[test]
fn entrypoint_and_command_are_one_line() {
    assert_eq!(starts("FROM a\nENTRYPOINT [\"x\", \"y\"]\nCMD [\"z\"]\n"), ["x y z"]);
    assert_eq!(starts("FROM a\nCMD [\"z\"]\nENTRYPOINT [\"x\"]\n"), ["x z"]);
    assert_eq!(starts("FROM a AS b\nCMD [\"z\"]\nFROM b\nENTRYPOINT [\"x\"]\n"), ["x"]);
    assert_eq!(starts("FROM a AS b\nENTRYPOINT [\"x\"]\nFROM b\nCMD [\"z\"]\n"), ["x z"]);
    assert_eq!(starts("FROM a\nRUN x\n"), [""; 0]);
    assert_eq!(starts("FROM a\nENTRYPOINT x y\nCMD z\n"), ["|ShellForm /bin/sh:x y"]);
}

#[test]
fn scripts_in_the_file_are_found() {
    let inline = "FROM a\nCMD [\"tini\", \"--\", \"sh\", \"-c\", \"a && b\"]\n";
    assert_eq!(starts(inline), ["tini -- sh -c a && b|Inline sh:a && b"]);
    let heredoc = "FROM a\nCOPY <<'EOF' /run.sh\n#!/bin/sh\nx\nEOF\nENTRYPOINT [\"/run.sh\"]\n";
    assert_eq!(starts(heredoc), ["/run.sh|File sh:#!/bin/sh\nx\n"]);
    let cat = "FROM a\nWORKDIR /a\nRUN cat > run.sh <<EOF\n#!/bin/sh\nx\nEOF\nCMD [\"./run.sh\"]\n";
    assert_eq!(starts(cat), ["./run.sh|File sh:#!/bin/sh\nx\n"]);
    let echo = "FROM a\nRUN echo '#!/bin/bash\\nx' > /bin/run && chmod +x /bin/run\nCMD run\n";
    assert_eq!(starts(echo), ["|ShellForm /bin/sh:run|File bash:#!/bin/bash\nx"]);
}

#[test]
fn scripts_are_read_line_by_line_as_they_are_written() {
    let lines = "FROM a\nRUN echo '#!/bin/sh' > /r && echo x >> /r; echo y >> /r\nCMD [\"/r\"]\n";
    assert_eq!(starts(lines), ["/r|File sh:#!/bin/sh\nx\ny"]);
}

#[test]
fn scripts_that_are_put_together_are_not_read() {
    let later = "FROM a\nRUN echo '#!/bin/sh' > /r\nRUN echo x >> /r\nCMD [\"/r\"]\n";
    assert_eq!(starts(later), ["/r"]);
    let edited = "FROM a\nCOPY <<E /r\n#!/bin/sh\nx\nE\nRUN sed -i s/x/y/ /r\nCMD [\"/r\"]\n";
    assert_eq!(starts(edited), ["/r"]);
    let python = "FROM a\nCOPY <<E /r\n#!/usr/bin/python3\nx\nE\nCMD [\"/r\"]\n";
    assert_eq!(starts(python), ["/r"]);
}
