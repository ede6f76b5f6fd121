//! What to do about entries of tags, whose errors are in the words of docker/metadata-action.

use plimsoll_project::tags::TagsError;

/// Which values are allowed, or how it is written.
pub(super) fn hint(error: &TagsError) -> Option<String> {
    let text = match error {
        TagsError::UnknownType(_) => {
            "the types are semver, pep440, ref, sha, edge, schedule, match and raw"
        }
        TagsError::MissingAttribute { attribute: "pattern", .. } => {
            "add it: `type=semver,pattern={{version}}`"
        }
        TagsError::MissingAttribute { attribute: "event", .. } => "add it: `type=ref,event=branch`",
        TagsError::InvalidEvent(_) => "the events are branch, tag and pr",
        TagsError::InvalidFormat(_) => "the formats are short and long",
        TagsError::InvalidEnable(_) | TagsError::InvalidOnLatest(_) => "it is true or false",
        TagsError::InvalidLatest(_) => "it is auto, true or false: `latest=auto`",
        TagsError::InvalidFlavor(_) | TagsError::UnknownFlavor(_) => {
            "a flavor is `latest=auto`, `prefix=TEXT` or `suffix=TEXT`"
        }
        TagsError::InvalidImageName(..) | TagsError::EmptyImageName(_) => {
            "name it without a tag, such as ghcr.io/user/app"
        }
        TagsError::TagOfReleases { .. } => {
            "rename it, or set it apart: `type=ref,event=branch,prefix=branch-`"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use plimsoll_project::tags::{Context, Inputs, Manner, RepositoryFacts, Settings, metadata};

    use super::hint;

    #[test]
    fn what_a_newcomer_gets_wrong_comes_with_what_is_right() {
        let context = Context {
            event_name: String::new(),
            git_ref: "refs/heads/1.2.3".to_owned(),
            sha: String::new(),
            commit_time: None,
            now: jiff::Timestamp::UNIX_EPOCH,
            payload: serde_json::Value::Null,
            created: None,
            repository: RepositoryFacts::default(),
            settings: Settings::default(),
            released: None,
        };
        for (tag, flavor, image, says) in [
            ("type=version", "latest=auto", "a", "semver, pep440"),
            ("type=semver", "latest=auto", "a", "pattern={{version}}"),
            ("type=ref", "latest=auto", "a", "event=branch"),
            ("type=ref,event=push", "latest=auto", "a", "branch, tag and pr"),
            ("type=sha,format=medium", "latest=auto", "a", "short and long"),
            ("type=raw,value=x,enable=yes", "latest=auto", "a", "true or false"),
            ("type=raw,value=x", "latest=yes", "a", "auto, true or false"),
            ("type=raw,value=x", "latest", "a", "prefix=TEXT"),
            ("type=raw,value=x", "latest=auto", "a:latest", "without a tag"),
            ("type=ref,event=branch", "latest=auto", "a", "prefix=branch-"),
        ] {
            let inputs = Inputs {
                tags: vec![tag.to_owned()],
                flavor: vec![flavor.to_owned()],
                images: vec![image.to_owned()],
                ..Inputs::default()
            };
            let error = metadata(&inputs, &context, Manner::Ours).unwrap_err();
            let hint = hint(&error).unwrap_or_default();
            assert!(hint.contains(says), "{tag} {flavor} {image}: {error}: {hint}");
        }
    }
}
