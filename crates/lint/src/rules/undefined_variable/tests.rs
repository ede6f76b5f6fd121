//! What is reported, and what only looks like it.

use crate::Options;
use crate::rules::tests::{check, check_with};

const RULE: &str = "undefined-variable";

#[test]
fn every_instruction_that_expands_is_looked_at() {
    check(
        RULE,
        "FROM scratch
ENV A=$A1 B=\"x ${B1}\"
LABEL l=$L1
COPY --chown=$C1 --chmod=$C2 $C3 [$C4
ADD --checksum=$D1 https://example.com/$D2 /
RUN --mount=type=cache,target=$R1 echo $NOT
WORKDIR /$W1
USER $U1
VOLUME /$V1
STOPSIGNAL $S1
EXPOSE $NOT
CMD $NOT
ARG X=$X1
",
        "2:7 warning: `$A1` is not set here
2:16 warning: `$B1` is not set here
3:9 warning: `$L1` is not set here
4:14 warning: `$C1` is not set here
4:26 warning: `$C2` is not set here
4:30 warning: `$C3` is not set here
4:35 warning: `$C4` is not set here
5:16 warning: `$D1` is not set here
5:40 warning: `$D2` is not set here
6:31 warning: `$R1` is not set here
7:10 warning: `$W1` is not set here
8:6 warning: `$U1` is not set here
9:9 warning: `$V1` is not set here
10:12 warning: `$S1` is not set here
13:7 warning: `$X1` is not set here",
    );
}

#[test]
fn what_is_declared_is_not_reported() {
    check(RULE, "FROM scratch AS a\nARG A\nENV B=1\nFROM a\nUSER $A$B\nENV C=$PATH\n", "");
    check(RULE, "FROM scratch\nARG A B=$A C=${B}\nLABEL a='$X' b=\\$X\n", "");
    check(
        RULE,
        "ARG A=1\nFROM scratch\nENV B=$A\nARG C=$C\n",
        "3:7 warning: `$A` is not set here\n4:7 note: `$C` is not set here",
    );
}

#[test]
fn all_pairs_of_an_instruction_see_the_same() {
    check(RULE, "FROM scratch\nENV A=1 B=$A\n", "2:11 warning: `$A` is not set here");
}

#[test]
fn names_are_found_over_continuations() {
    check(
        RULE,
        "FROM scratch\nENV A=1 \\\n    B=x$\\\n{Y} \\\n    C=/a/$Z\\\nZ\n",
        "3:8 warning: `$Y` is not set here\n5:10 warning: `$ZZ` is not set here",
    );
}

#[test]
fn documents_are_expanded_unless_quoted() {
    check(
        RULE,
        "FROM scratch\nCOPY <<A <<\"B\" /x/\n'$Y' ${PATH} $YY\nA\n$Z\nB\nRUN <<C\n$Z\nC\n",
        "3:2 warning: `$Y` is not set here\n3:14 warning: `$YY` is not set here",
    );
}

#[test]
fn a_name_is_reported_once_for_each_instruction() {
    check(RULE, "FROM scratch\nCOPY $A/a $A/b /\n", "2:6 warning: `$A` is not set here");
}

#[test]
fn base_images_may_set_variables() {
    check(RULE, "FROM rust:1.90\nENV X=$CARGO_HOME/bin\n", "");
    check(
        RULE,
        "FROM debian\nENV X=$CARGO_HOME\nFROM example.com/a\nENV X=$CARGO_HOME\n",
        "2:7 warning: `$CARGO_HOME` is not set here",
    );
    check(
        RULE,
        "FROM node:24\nENV X=$YARN_VERSION Y=$CARGO_HOME\n",
        "2:23 note: `$CARGO_HOME` is not set here, unless the base image sets it",
    );
    check(
        RULE,
        "FROM example.com/a\nARG APP_DIR=/a\nENV X=$APPDIR\n",
        "3:7 warning: `$APPDIR` is not set here, unless the base image sets it",
    );
    check_with(
        RULE,
        Options { unknown_bases: true, ..Options::default() },
        "FROM rust:1.90\nENV X=$CARGO_HOME/bin\n",
        "2:7 warning: `$CARGO_HOME` is not set here",
    );
}

#[test]
fn a_default_makes_it_a_note() {
    check(RULE, "FROM scratch\nUSER ${A:-1}\n", "2:6 note: `$A` is not set here");
}

#[test]
fn triggers_are_reported_where_they_are_set_off() {
    check(RULE, "FROM scratch AS a\nONBUILD USER $A\n", "");
    check(
        RULE,
        "FROM scratch AS a\nONBUILD USER $A\nFROM a\n",
        "3:1 warning: `$A` is not set here",
    );
}

#[test]
fn adding_to_a_list_is_a_note() {
    check(RULE, "FROM scratch\nENV L=/x:$L\n", "2:10 note: `$L` is not set here");
    check(RULE, "FROM scratch\nENV L /x:$L\n", "2:10 note: `$L` is not set here");
    check(RULE, "FROM scratch\nENV L=/x M=/y:$L\n", "2:15 warning: `$L` is not set here");
}

#[test]
fn a_base_without_a_known_name_may_set_anything() {
    check(
        RULE,
        "ARG R\nFROM $R/a:\nENV X=$Y\n",
        "",
    );
}
