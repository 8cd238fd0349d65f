//! Filters of jq(1) that make samples of what stands in one object.

/// The way to what has this path, `.hosts[].load`: numbers are places in arrays.
fn way(path: &[u8]) -> String {
    let mut filter = String::new();
    for name in String::from_utf8_lossy(path).split('.') {
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !name.starts_with(|c: char| c.is_ascii_digit());
        match name.bytes().all(|byte| byte.is_ascii_digit()) {
            true => filter.push_str("[]"),
            false if is_plain => filter.extend([".", name]),
            false => filter.extend([".\"", name, "\""]),
        }
    }
    filter
}

/// Each item of the array with this path on a line: `.hosts[].statistics[]`.
pub(super) fn filter(path: &[u8]) -> String {
    way(path) + "[]"
}

/// An object for each place of these arrays, which stand in one object.
pub(super) fn transposed(paths: &[Vec<u8>]) -> String {
    let split = |path: &[u8]| path.iter().rposition(|byte| *byte == b'.');
    let parent = paths.first().and_then(|path| Some(way(&path[..split(path)?]) + "|"));
    let name = |path: &Vec<u8>| {
        let name = &path[split(path).map_or(0, |dot| dot + 1)..];
        format!("\"{}\"", String::from_utf8_lossy(name))
    };
    let names: Vec<String> = paths.iter().map(name).collect();
    let arrays: Vec<String> = names.iter().map(|name| format!(".{name}")).collect();
    let members = names.iter().enumerate().map(|(place, name)| format!("{name}:.[{place}]"));
    let (arrays, members) = (arrays.join(","), members.collect::<Vec<_>>().join(","));
    format!("{}[{arrays}]|transpose[]|{{{members}}}", parent.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_marks_stand_in_quotes() {
        assert_eq!(filter(b"h.0.a-b"), r#".h[]."a-b"[]"#);
        let paths = [b"a".to_vec(), b"b".to_vec()];
        assert_eq!(transposed(&paths), r#"[."a",."b"]|transpose[]|{"a":.[0],"b":.[1]}"#);
    }
}
