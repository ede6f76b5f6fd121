//! Documents and their fences.

use proptest::prelude::*;

use super::*;

/// The bodies of all fences.
fn bodies(text: &str) -> Vec<String> {
    fences(text).iter().map(|it| it.body.text().to_owned()).collect()
}

#[test]
fn a_fence_has_its_language_place_and_lines() {
    let text = "# Title\n\n```dockerfile title=\"x\"\nFROM scratch\nUSER 1\n```\nafter\n";
    let [fence] = &fences(text)[..] else { panic!("one fence") };
    assert_eq!(fence.language, Language::Dockerfile);
    assert_eq!(fence.info.slice(text), Some("dockerfile title=\"x\""));
    assert_eq!(fence.body.text(), "FROM scratch\nUSER 1\n");
    assert_eq!(fence.body.whole_span().slice(text), Some("FROM scratch\nUSER 1\n"));
    assert_eq!(fence.lines, 4..6);
    assert_eq!(fence.prefix, "");
    assert!(fence.span.slice(text).unwrap().starts_with("```dockerfile"));
    assert!(fence.span.slice(text).unwrap().ends_with("USER 1\n```"));
}

#[test]
fn a_fence_is_closed_by_one_of_its_kind_that_is_as_long() {
    assert_eq!(bodies("````\n```\n~~~~\n````` \n```\n"), ["```\n~~~~\n", ""]);
    assert_eq!(bodies("~~~ yaml ` ~\na\n~~~ x\n   ~~~~\n"), ["a\n~~~ x\n"]);
    assert_eq!(bodies("```\na\n    ```\n"), ["a\n    ```\n"]);
    assert_eq!(bodies("```\r\na\r\n```\r\nb\r\n"), ["a\r\n"]);
}

#[test]
fn a_fence_that_is_never_closed_goes_to_the_end() {
    assert_eq!(bodies("```yaml\na: b"), ["a: b"]);
    assert_eq!(bodies("```yaml"), [""]);
    let text = "```yaml\n\n";
    assert_eq!(fences(text)[0].lines, 2..3);
    assert_eq!(fences("```yaml\n")[0].lines, 2..2);
    assert_eq!(fences("```yaml\n```")[0].body.whole_span(), Span::empty(8));
}

#[test]
fn what_only_looks_like_a_fence_is_none() {
    for text in [
        "``\na\n``\n",
        "``` a`b\n",
        "text ```\n",
        "    ```\n    a\n    ```\n",
        "text\n    ```\n",
        "<!--\n```\na\n```\n-->\n",
        "<pre>\n\n```\na\n```\n</pre>\n",
        "<div>\n```\na\n```\n</div>\n",
        "<a name=\"x\">\n```\na\n```\n",
        "\\```\n",
    ] {
        assert_eq!(bodies(text), [""; 0], "{text}");
    }
}

#[test]
fn fences_follow_text_html_and_headings() {
    for text in [
        "text\n```\na\n```\n",
        "# Head\n```\na\n```\n",
        "<details>\n<summary>x</summary>\n\n```\na\n```\n</details>\n",
        "<!-- x -->\n```\na\n```\n",
        "text\n<b>\n```\na\n```\n",
        "- text\n<b>\n```\na\n```\n",
        "<https://a.example>\n```\na\n```\n",
        "---\n```\na\n```\n",
    ] {
        assert_eq!(bodies(text), ["a\n"], "{text}");
    }
}

#[test]
fn indentation_of_the_fence_is_left_out_of_its_body() {
    let text = "  ```yaml\n  a:\n    b: c\n d\n\n  ```\n";
    let fence = &fences(text)[0];
    assert_eq!(fence.body.text(), "a:\n  b: c\nd\n\n");
    assert_eq!(fence.body.span(3..9).slice(text), Some("  b: c"));
    assert_eq!(fence.body.span(10..11).slice(text), Some("d"));
    assert_eq!(fence.prefix, "  ");
    assert_eq!(fence.lines, 2..6);
}

#[test]
fn fences_in_lists_lose_the_indentation_of_the_item() {
    let text = "1. Write this:\n\n   ```dockerfile\n   FROM a\n\n     RUN b\n   ```\n2. done\n";
    let fence = &fences(text)[0];
    assert_eq!(fence.body.text(), "FROM a\n\n  RUN b\n");
    assert_eq!(fence.body.span(8..15).slice(text), Some("  RUN b"));
    assert_eq!(fence.prefix, "   ");
    assert_eq!(bodies("- ```\n  a\n  ```\n- ```\n  b\n  ```\n"), ["a\n", "b\n"]);
    assert_eq!(bodies("- a\n  - b\n\n    ```\n    c\n    ```\n"), ["c\n"]);
    assert_eq!(bodies("-\ta\n\n\t```\n\tb\n\t```\n"), ["b\n"]);
    assert_eq!(bodies("10) a\n    ```\n    b\n    ```\n"), ["b\n"]);
}

#[test]
fn a_fence_ends_with_the_item_or_quote_that_it_stands_in() {
    assert_eq!(bodies("- ```\n  a\ntext\n```\nb\n"), ["a\n", "b\n"]);
    assert_eq!(bodies("> ```\n> a\ntext\n"), ["a\n"]);
    assert_eq!(bodies("> ```\n> a\n\n> b\n"), ["a\n"]);
}

#[test]
fn fences_in_quotes_lose_the_marks_of_the_quote() {
    let text = "> [!NOTE]\n> ```dockerfile\n> FROM a\n>RUN b\n>\n> ```\n";
    let fence = &fences(text)[0];
    assert_eq!(fence.body.text(), "FROM a\nRUN b\n\n");
    assert_eq!(fence.body.span(0..12).slice(text), Some("FROM a\n>RUN b"));
    assert_eq!(fence.prefix, "> ");
    assert_eq!(bodies("> - ```\n>   a\n>   ```\n"), ["a\n"]);
    assert_eq!(bodies("> text\n```\na\n```\n"), ["a\n"]);
}

#[test]
fn a_number_other_than_one_begins_no_list_inside_of_a_paragraph() {
    // The text goes on, so the fence is not indented by an item.
    assert_eq!(bodies("text\n2. more\n   ```\n   a\n   ```\n"), ["a\n"]);
    assert_eq!(fences("text\n14. ```\n"), []);
    assert_eq!(bodies("text\n1. ```\n   a\n"), ["a\n"]);
    assert_eq!(bodies("text\n- ```\n  a\n"), ["a\n"]);
}

#[test]
fn an_item_that_begins_with_two_blank_lines_is_empty() {
    assert_eq!(bodies("-\n\n  ```\na\n"), ["a\n"]);
    assert_eq!(bodies("-\n  ```\na\n"), [""]);
    assert_eq!(bodies("-\n\n      ```\n"), [""; 0]);
}

#[test]
fn a_thematic_break_is_no_list() {
    assert_eq!(bodies("* * *\n      ```\n"), [""; 0]);
    assert_eq!(bodies("- - -\n```\na\n"), ["a\n"]);
}

#[test]
fn a_tab_that_is_cut_is_left_out_whole() {
    assert_eq!(bodies("- ```\n\ta\n  ```\n"), ["a\n"]);
}

#[test]
fn deep_nesting_takes_no_time() {
    let text = format!("{}\n{}", "> ".repeat(200_000), "\n> x".repeat(10_000));
    assert!(fences(&text).is_empty());
    let text = format!("{}\n{}", "- a\n* ".repeat(20_000), "\n".repeat(100_000));
    assert!(fences(&text).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_byte_of_every_body_is_found_again(
        text in "((```|~~~|````)(yaml)?|[ \t]{1,5}|\n|\r\n|> ?|[-*+] |1\\. |[aé<>`~#-]|<div>|<!--|-->){0,40}"
    ) {
        let fences = fences(&text);
        let mut end = 0;
        for fence in &fences {
            prop_assert!(end <= fence.span.start());
            end = fence.span.end();
            prop_assert!(fence.span.slice(&text).is_some());
            prop_assert!(fence.info.slice(&text).is_some());
            for (offset, byte) in fence.body.text().bytes().enumerate() {
                prop_assert_eq!(text.as_bytes()[fence.body.source_offset(offset)], byte);
            }
            let lines = fence.body.text().split_inclusive('\n').count();
            // A last line without a newline that is all prefix leaves no byte.
            let unseen = usize::from(!text.ends_with('\n'));
            prop_assert!((lines..=lines + unseen).contains(&fence.lines.len()));
        }
    }
}
