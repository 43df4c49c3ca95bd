//! A telephone system that pushes its calls, and whose files are taken in as well.

use sangdam_tests::{Database, Server, both_engines};

use super::Desk;

const TOKEN: &str = "0123456789abcdef-one";
const CALL: &str = "1717200000.1";
const LOG: &str = "1717200000|1717200000.1|civil|NONE|ENTERQUEUE||0332223333|1\n\
    1717200010|1717200000.1|civil|kim|CONNECT|10|1717200000.2|3\n\
    1717200200|1717200000.1|civil|kim|COMPLETECALLER|10|190|1\n";

/// What the system says while it happens.
async fn push(desk: &Desk) {
    let server = Server::start_with(&desk.database, &[], &[("SANGDAM_CTI_TOKEN", TOKEN)]).await;
    let client = sangdam::tls::client().build().unwrap();
    for said in ["newCall&from=0332223333&to=0335601234", "answer&user=kim", "hangup&cause=normalClearing"] {
        let body = format!("event={said}&direction=in&callId={CALL}");
        let request = client.post(server.url(&format!("/cti/{TOKEN}"))).body(body);
        let answer =
            request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{said}");
    }
    server.stop().await;
}

#[track_caller]
fn there_is_one_call(desk: &Desk) {
    let counted = desk.counted();
    for once in ["CallOffered", "CallAnswered", "CallEnded", "CallerRegistered", "AgentRegistered"] {
        assert_eq!(counted.get(once), Some(&1), "{once}: {counted:?}");
    }
    desk.verify();
}

async fn a_call_that_was_pushed_is_that_of_the_file(database: Database) {
    let desk = Desk::new(database);
    push(&desk).await;
    let numbers = desk.import("queue-log", &desk.file("queue_log", LOG), &[]);
    assert_eq!(numbers.rejected, 0, "{}", numbers.told);
    there_is_one_call(&desk);
}

async fn a_call_of_the_file_is_that_which_is_pushed(database: Database) {
    let desk = Desk::new(database);
    // What happened long ago is of another call that had this id.
    let now: jiff::Timestamp =
        desk.events().last().unwrap()["recorded_at"].as_str().unwrap().parse().unwrap();
    let entered = LOG.lines().next().unwrap().replacen("1717200000", &now.as_second().to_string(), 1);
    desk.import("queue-log", &desk.file("queue_log", &format!("{entered}\n")), &[]);
    assert_eq!(desk.counted().get("CallOffered"), Some(&1));
    push(&desk).await;
    there_is_one_call(&desk);
}

both_engines!(a_call_that_was_pushed_is_that_of_the_file, a_call_of_the_file_is_that_which_is_pushed);
