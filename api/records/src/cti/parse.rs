//! Reading a message. Senders differ: what is said in a way that cannot be misunderstood is taken, whatever its spelling.

use sangdam_domain::value::Direction;

use super::form::{Fields, fields};

/// The most characters of a telephone system's id for a call (Zammad's limit).
pub const CALL_ID_CHARS_MAX: usize = 250;
/// The most users that one message names.
const USERS_MAX: usize = 64;

/// What happened to a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// It rings.
    NewCall,
    /// Somebody answered.
    Answer,
    /// It is over.
    Hangup,
}

/// A message that was understood. Texts are as they were sent, without the blanks around them; what is empty is left out.
#[derive(Clone, PartialEq, Eq)]
pub struct Push {
    /// What happened.
    pub event: Event,
    /// Which call, by the telephone system's own id.
    pub call_id: String,
    /// Which way it goes; `None` where the message does not say.
    pub direction: Option<Direction>,
    /// The number that calls.
    pub from: Option<String>,
    /// The number that is called.
    pub to: Option<String>,
    /// The agents who are called or calling.
    pub users: Vec<String>,
    /// The extension that answered.
    pub answering_number: Option<String>,
    /// The queue it came through.
    pub queue: Option<String>,
    /// Why it is over.
    pub cause: Option<String>,
}

/// Why a message is not understood: which field, and what was expected. Never repeats what was sent.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

/// Reads a message, of JSON or of a form, as its content type says; without one, as it looks.
///
/// # Errors
/// Where it is neither, or lacks what no call can be recorded without.
pub fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Push, Invalid> {
    let mut fields = fields(content_type, body)?;
    let call_id = fields.text(&["callId", "call_id", "callid"])?.ok_or_else(|| {
        Invalid("`callId` is missing: the telephone system's own id of the call".to_owned())
    })?;
    if call_id.chars().count() > CALL_ID_CHARS_MAX {
        return Err(Invalid(format!("`callId` is longer than {CALL_ID_CHARS_MAX} characters")));
    }
    let mut users = users(&mut fields)?;
    users.truncate(USERS_MAX);
    Ok(Push {
        event: event(&mut fields)?,
        call_id,
        direction: direction(&mut fields)?,
        from: fields.text(&["from"])?,
        to: fields.text(&["to"])?,
        users,
        answering_number: fields.text(&["answeringNumber", "answering_number"])?,
        queue: fields.text(&["queue"])?,
        cause: fields.text(&["cause"])?,
    })
}

fn event(fields: &mut Fields) -> Result<Event, Invalid> {
    let told = fields.text(&["event"])?.unwrap_or_default();
    match plain(&told).as_str() {
        "newcall" => Ok(Event::NewCall),
        "answer" | "answered" => Ok(Event::Answer),
        "hangup" => Ok(Event::Hangup),
        "" => Err(Invalid("`event` is missing: one of newCall, answer and hangup".to_owned())),
        _ => Err(Invalid("`event` is none of newCall, answer and hangup".to_owned())),
    }
}

fn direction(fields: &mut Fields) -> Result<Option<Direction>, Invalid> {
    let Some(told) = fields.text(&["direction"])? else { return Ok(None) };
    match plain(&told).as_str() {
        "in" | "inbound" | "incoming" => Ok(Some(Direction::Inbound)),
        "out" | "outbound" | "outgoing" => Ok(Some(Direction::Outbound)),
        _ => Err(Invalid("`direction` is neither in nor out".to_owned())),
    }
}

/// Some senders put the agent into `caller`.
fn users(fields: &mut Fields) -> Result<Vec<String>, Invalid> {
    let users = fields.list("user")?;
    if users.is_empty() { fields.list("caller") } else { Ok(users) }
}

/// Without what people put between the parts of a word: `new_call` is `newCall`.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cti::cause;
    use crate::number::{Sender, dialled};

    const JSON: Option<&str> = Some("application/json; charset=utf-8");
    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

    #[track_caller]
    fn read(content_type: Option<&str>, body: &str) -> Push {
        parse(content_type, body.as_bytes()).unwrap_or_else(|invalid| panic!("{body}: {invalid}"))
    }

    #[test]
    fn a_form_and_json_say_the_same() {
        let json = read(
            JSON,
            r#"{"event":"newCall","from":"0332223333","to":"0335601234","direction":"in","callId":"a-1",
                "user":["김상담","이상담"],"queue":"civil","answeringNumber":42,"cause":null,"extra":{"a":[1]}}"#,
        );
        let form = read(
            FORM,
            "event=newCall&from=0332223333&to=0335601234&direction=in&callId=a-1&user[]=%EA%B9%80%EC%83%81%EB%8B%B4\
             &user%5B%5D=%EC%9D%B4%EC%83%81%EB%8B%B4&queue=civil&answeringNumber=42&cause=",
        );
        assert!(json == form);
        assert_eq!(json.users, ["김상담", "이상담"]);
        assert_eq!((json.event, json.direction), (Event::NewCall, Some(Direction::Inbound)));
    }

    #[test]
    fn spellings_that_senders_use_are_taken() {
        let push = read(FORM, "event=hangup&call_id=7&direction=out&caller=kim&cause=normalClearing");
        assert_eq!((push.event, push.call_id.as_str()), (Event::Hangup, "7"));
        assert_eq!((push.users, push.cause.as_deref()), (vec!["kim".to_owned()], Some("normalClearing")));
        assert_eq!(read(JSON, r#"{"event":"answer","callId":12,"user":"kim"}"#).users, ["kim"]);
        assert_eq!(read(FORM, "event=answer&callId=1&user=a&user=b").users, ["a", "b"]);
        assert_eq!(read(FORM, "event=answer&callId=1&user=a&caller=b").users, ["a"]);
        assert_eq!(read(None, r#" {"event":"answer","callId":"x"}"#).event, Event::Answer);
        assert_eq!(read(None, "event=answer&callId=x").direction, None);
    }

    #[test]
    fn what_is_wrong_is_said_and_not_repeated() {
        for (content_type, body, expected) in [
            (FORM, "", "`callId` is missing"),
            (FORM, "event=newCall&callId=%20", "`callId` is missing"),
            (FORM, "event=&callId=1", "`event` is missing"),
            (FORM, "event=secret&callId=1", "`event` is none of"),
            (JSON, r#"{"event":"answer","callId":"1","direction":"secret"}"#, "`direction` is neither"),
            (JSON, "{", "no JSON object"),
            (JSON, "[]", "no JSON object"),
            (JSON, r#"{"event":"answer","callId":true}"#, "`callId` is neither a text nor a number"),
            (
                JSON,
                r#"{"event":"answer","callId":"1","user":{"a":1}}"#,
                "`user` is neither a text nor a list",
            ),
            (Some("multipart/form-data; boundary=x"), "--x", "application/json"),
        ] {
            let Err(Invalid(problem)) = parse(content_type, body.as_bytes()) else { panic!("{body}") };
            assert!(problem.contains(expected) && !problem.contains("secret"), "{body}: {problem}");
        }
        let long = format!("event=answer&callId={}", "x".repeat(251));
        assert!(parse(FORM, long.as_bytes()).is_err());
        assert!(parse(JSON, b"{\"event\":\"\xff\"}").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            body in prop::collection::vec(any::<u8>(), 0..200),
            kind in prop::sample::select(vec![JSON, FORM, None, Some("text/plain"), Some(";;")]),
        ) {
            let _ = parse(kind, &body);
        }

        #[test]
        fn any_values_of_the_fields_are_taken(
            id in "[!-~]{1,40}", from in any::<String>(), user in any::<String>(), queue in any::<String>(),
            cause in any::<String>(),
        ) {
            let sent = serde_json::json!({
                "event": "hangup", "callId": id, "from": from, "user": [user, from], "queue": queue, "cause": cause
            });
            let push = parse(JSON, sent.to_string().as_bytes());
            prop_assert!(push.is_ok());
            let _ = (Sender::read(&from), dialled(&from), cause::code(&cause), cause::Cause::of(Some(&cause)));
        }
    }
}
