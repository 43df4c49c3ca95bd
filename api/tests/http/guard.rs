//! Who may come in, and in what shape.

use futures::stream;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error;

use crate::support::{Server, code_of};

const QUERY: &str = "{ me { kind } }";

#[tokio::test]
async fn graphql_is_posted_as_json() {
    let server = Server::start().await;
    let body = json!({ "query": QUERY }).to_string();
    for (kind, status) in [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/graphql", 415),
        ("application/json; charset=euc-kr", 415),
        ("", 415),
    ] {
        let answer = server.post().header("content-type", kind).body(body.clone()).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{kind}");
    }
    let get = server.client.get(server.url("/graphql?query=%7Bme%7Bkind%7D%7D")).send().await.unwrap();
    assert_eq!((get.status().as_u16(), get.headers()["allow"].to_str().unwrap()), (405, "POST"));
    for method in [reqwest::Method::PUT, reqwest::Method::DELETE] {
        let answer = server.client.request(method, server.url("/graphql")).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 405);
    }
}

#[tokio::test]
async fn what_is_no_request_is_told_without_repeating_it() {
    let server = Server::start().await;
    let queries = json!([{ "query": QUERY }, { "query": QUERY }]).to_string();
    for body in [
        "",
        "{",
        "null",
        "7",
        "\"secret\"",
        "{}",
        "{\"query\":7}",
        "{\"query\":\" \"}",
        "\u{feff}{}",
        &queries,
    ] {
        let sent = server.post().header("content-type", "application/json").body(body.to_owned()).send();
        let answer = sent.await.unwrap();
        assert_eq!(answer.status().as_u16(), 400, "{body}");
        let text = answer.text().await.unwrap();
        assert_eq!(code_of(&serde_json::from_str(&text).unwrap()), "BAD_INPUT", "{body}");
        assert!(!text.contains("secret"), "{text}");
        assert_eq!(text.contains("batches"), body == queries, "{text}");
    }
    let not_utf8 =
        server.post().header("content-type", "application/json").body(vec![b'{', b'"', 0xff]).send();
    assert_eq!(not_utf8.await.unwrap().status().as_u16(), 400);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_while_it_is_read() {
    let server = Server::start().await;
    let large = json!({ "query": QUERY, "variables": { "x": "x".repeat(300 * 1024) } }).to_string();
    let answer = server.post().header("content-type", "application/json").body(large).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 413);
    assert_eq!(code_of(&answer.json().await.unwrap()), "LIMIT_EXCEEDED");

    // Without a length, and without an end: the answer comes before all of it was sent.
    let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 64 * 1024]));
    let endless = reqwest::Body::wrap_stream(endless);
    let sent = server.post().header("content-type", "application/json").body(endless).send();
    match tokio::time::timeout(std::time::Duration::from_secs(10), sent).await.expect("no endless reading") {
        Ok(answer) => assert_eq!(answer.status().as_u16(), 413),
        // The connection may be closed while the client still writes.
        Err(error) => assert!(error.is_request() || error.is_body(), "{error}"),
    }
    assert!(server.data(QUERY, json!({})).await["me"].is_object());
}

#[tokio::test]
async fn another_host_or_origin_comes_nowhere() {
    let server = Server::start().await;
    let own = format!("http://{}", server.address);
    let port = server.address.rsplit(':').next().unwrap();
    let body = json!({ "query": QUERY });
    let post = |name: &'static str, value: String| server.post().header(name, value).json(&body).send();
    assert_eq!(post("origin", own.clone()).await.unwrap().status().as_u16(), 200);
    for foreign in ["http://evil.example", "null", "https://evil.example:8080", "http://127.0.0.1:1"] {
        let answer = post("origin", foreign.to_owned()).await.unwrap();
        assert_eq!(answer.status().as_u16(), 403, "{foreign}");
        assert!(answer.headers().get("access-control-allow-origin").is_none());
    }
    for host in
        [format!("evil.example:{port}"), "evil.example".to_owned(), format!("localhost.evil.example:{port}")]
    {
        assert_eq!(post("host", host.clone()).await.unwrap().status().as_u16(), 421, "{host}");
        for path in ["/", "/graphiql", "/healthz", "/readyz", "/metrics", "/nowhere"] {
            let answer = server.client.get(server.url(path)).header("host", &host).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 421, "{path}");
        }
    }
    assert_eq!(post("host", format!("localhost:{port}")).await.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn a_request_without_a_host_is_refused() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.0 421"), "{answer}");
}

#[tokio::test]
async fn a_page_of_another_origin_opens_no_websocket() {
    let server = Server::start().await;
    let own = format!("http://{}", server.address);
    assert!(server.upgrade(&[("origin", &own)]).await.is_ok());
    for headers in [
        [("origin", "http://evil.example")].as_slice(),
        &[("origin", "null")],
        &[("host", "evil.example")],
        &[("host", "evil.example"), ("origin", "http://evil.example")],
        &[("sec-websocket-protocol", "chat")],
        &[("sec-websocket-protocol", "graphql-ws")],
    ] {
        match server.upgrade(headers).await {
            Err(Error::Http(answer)) => {
                assert!(
                    matches!(answer.status().as_u16(), 400 | 403 | 421),
                    "{headers:?}: {}",
                    answer.status()
                );
            }
            Err(error) => panic!("{headers:?}: {error}"),
            Ok(_) => panic!("{headers:?} opened a WebSocket"),
        }
    }
    let plain = server.client.get(server.url("/graphql/ws")).send().await.unwrap();
    assert_eq!(plain.status().as_u16(), 405);
}

#[tokio::test]
async fn health_and_metrics_tell_how_it_is() {
    let server = Server::start().await;
    server.register_centre().await;
    let text = |path: &str| {
        let sent = server.client.get(server.url(path)).send();
        async move { sent.await.unwrap().error_for_status().unwrap().text().await.unwrap() }
    };
    assert_eq!(text("/healthz").await, "ok\n");
    let ready: serde_json::Value = serde_json::from_str(&text("/readyz").await).unwrap();
    assert_eq!((&ready["ready"], &ready["logs"][0]["head"]), (&json!(true), &json!(2)), "{ready}");
    let metrics = text("/metrics").await;
    for line in [
        "sangdam_graphql_requests_total{operation=\"Graphql\",outcome=\"ok\"} 1",
        "sangdam_log_events{log=\"jeongseon/main\"} 2",
        "sangdam_ready 1",
    ] {
        assert!(metrics.lines().any(|own| own == line), "{line} is not in\n{metrics}");
    }
    assert!(text("/graphiql").await.contains("/graphql/ws"));
}
