//! A GraphQL server with data in memory that answers the queries of the benchmarks: the limit of what axum and async-graphql
//! can do with them. Prints its address and serves until it is ended.
#![expect(clippy::expect_used, reason = "an example that cannot run ends, saying why")]

use async_graphql::connection::{Connection, Edge};
use async_graphql::{EmptyMutation, EmptySubscription, ID, Object, Schema, SimpleObject};
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};

type StaticSchema = Schema<Query, EmptyMutation, EmptySubscription>;

const ID_TEXT: &str = "Q29uc3VsdGF0aW9uOjAxOTAxMjM0LTU2NzgtN2FiYy04ZGVmLTAxMjM0NTY3ODlhYg";
const MOMENT: &str = "2024-12-02T01:47:30.776032Z";

struct Query;
struct Ledger;
struct Caller;
struct Consultation;

#[derive(SimpleObject)]
struct YearlyCount {
    year: i32,
    consultations: i32,
    offered: i32,
    answered: i32,
    unique_callers: i32,
}

#[derive(SimpleObject)]
struct Category {
    code: &'static str,
}

#[derive(SimpleObject)]
struct Agent {
    id: ID,
}

#[Object]
impl Query {
    async fn ledger(&self) -> Ledger {
        Ledger
    }
}

#[Object]
impl Ledger {
    async fn caller(&self, _id: ID) -> Caller {
        Caller
    }

    async fn consultations(&self, first: i32, after: Option<String>) -> Connection<String, Consultation> {
        page(first, after.is_some())
    }

    async fn yearly_counts(&self) -> Vec<YearlyCount> {
        let count = |year| YearlyCount {
            year,
            consultations: 39_685,
            offered: 41_000,
            answered: 40_900,
            unique_callers: 12_345,
        };
        (2019..2025).map(count).collect()
    }
}

#[Object]
impl Caller {
    async fn id(&self) -> ID {
        ID_TEXT.into()
    }

    async fn kind(&self) -> &'static str {
        "RESIDENT"
    }

    async fn registered_at(&self) -> &'static str {
        MOMENT
    }

    async fn consultations(&self, first: i32) -> Connection<String, Consultation> {
        page(first, false)
    }
}

#[Object]
impl Consultation {
    async fn id(&self) -> ID {
        ID_TEXT.into()
    }

    async fn status(&self) -> &'static str {
        "RESOLVED"
    }

    async fn opened_at(&self) -> &'static str {
        MOMENT
    }

    async fn channel(&self) -> &'static str {
        "PHONE"
    }

    async fn contact_reason(&self) -> &'static str {
        "UNKNOWN_CONTACT"
    }

    async fn category(&self) -> Category {
        Category { code: "civil-documents/passport" }
    }

    async fn agent(&self) -> Agent {
        Agent { id: ID_TEXT.into() }
    }
}

fn page(first: i32, inside: bool) -> Connection<String, Consultation> {
    let mut page = Connection::new(inside, true);
    page.edges.extend((0..first).map(|row| Edge::new(format!("{ID_TEXT}{row}"), Consultation)));
    page
}

async fn answer(
    State(schema): State<StaticSchema>,
    Json(request): Json<async_graphql::Request>,
) -> Json<async_graphql::Response> {
    Json(schema.execute(request).await)
}

#[tokio::main]
async fn main() {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription).finish();
    let routes = Router::new().route("/graphql", post(answer)).with_state(schema);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    println!("http://{}/graphql", listener.local_addr().expect("an address"));
    axum::serve(listener, routes).await.expect("it serves");
}
