//! The connection itself.

use redis_client_core::args::{ClientType, KillFilter, LibraryInfo, OnOff, ReplyMode, YesNo};
use redis_client_core::cmd;

use super::{Case, case, gives, shows};

pub(super) fn cases() -> Vec<Case> {
    [plain(), clients(), killed(), tracking(), modes()].into_iter().flatten().collect()
}

fn plain() -> Vec<Case> {
    vec![
        gives(cmd::ping(), "PONG".into()),
        gives(cmd::ping().message("m"), "m".into()),
        gives(cmd::echo("m"), "m".into()),
        case(cmd::auth("secret")).fails("ERR AUTH"),
        gives(cmd::auth("secret").username("default"), ()),
        case(cmd::auth("secret").username("nobody")).fails("WRONGPASS"),
        case(cmd::hello()),
        case(cmd::hello().protover(2).setname("n").auth("default", "secret")),
        case(cmd::hello().protover(3)),
        case(cmd::hello().protover(4)).fails("NOPROTO"),
        gives(cmd::select(1), ()),
        case(cmd::select(99)).fails("ERR DB index is out of range"),
        gives(cmd::reset(), ()),
        gives(cmd::quit(), ()),
    ]
}

fn clients() -> Vec<Case> {
    vec![
        case(cmd::client_id()),
        case(cmd::client_info()),
        case(cmd::client_list()),
        case(cmd::client_list().type_(ClientType::Normal)),
        gives(cmd::client_list().type_(ClientType::Master), String::new()),
        gives(cmd::client_list().type_(ClientType::Replica), String::new()),
        gives(cmd::client_list().type_(ClientType::Pubsub), String::new()),
        gives(cmd::client_list().id([999_999, 999_998]), String::new()),
        gives(cmd::client_getname(), None),
        gives(cmd::client_getname(), Some("n".into())).given("CLIENT SETNAME n"),
        gives(cmd::client_setname("n"), ()),
        case(cmd::client_setinfo(LibraryInfo::Name("l"))).not_run("redis 7.2"),
        case(cmd::client_setinfo(LibraryInfo::Version("1"))).not_run("redis 7.2"),
        case(cmd::client_capa(["redirect"])).not_run("valkey 8.0"),
        case(cmd::client_help()),
    ]
}

fn killed() -> Vec<Case> {
    let kill = |filter| gives(cmd::client_kill([filter]), 0);
    let many = [KillFilter::Type(ClientType::Normal), KillFilter::Id(999_999)];
    vec![
        kill(KillFilter::Id(999_999)),
        kill(KillFilter::Type(ClientType::Master)),
        kill(KillFilter::Type(ClientType::Slave)),
        kill(KillFilter::Type(ClientType::Replica)),
        kill(KillFilter::Type(ClientType::Pubsub)),
        kill(KillFilter::Type(ClientType::Primary)).not_run("valkey 8.0"),
        case(cmd::client_kill([KillFilter::User("nobody".into())])).fails("ERR No such user"),
        kill(KillFilter::Addr("192.0.2.1:1".into())),
        kill(KillFilter::Laddr("192.0.2.1:1".into())),
        kill(KillFilter::Maxage(999_999)).not_run("redis 7.4"),
        gives(cmd::client_kill(many), 0),
        gives(
            cmd::client_kill([
                KillFilter::Skipme(YesNo::Yes),
                KillFilter::Addr("192.0.2.1:1".into()),
            ]),
            0,
        ),
        gives(cmd::client_kill([KillFilter::Skipme(YesNo::No), KillFilter::Id(999_999)]), 0),
        gives(cmd::client_unblock(999_999), false),
        gives(cmd::client_unblock(999_999).by_timeout(), false),
        gives(cmd::client_unblock(999_999).by_error(), false),
    ]
}

fn tracking() -> Vec<Case> {
    let on = || cmd::client_tracking(OnOff::On);
    vec![
        gives(on(), ()),
        gives(on().bcast().prefix("a").prefix("b").noloop(), ()),
        gives(on().optin(), ()),
        gives(on().optout(), ()),
        gives(cmd::client_tracking(OnOff::Off), ()),
        case(on().redirect(999_999)).fails("ERR The client ID you want redirect to"),
        gives(cmd::client_caching(YesNo::Yes), ()).given("CLIENT TRACKING ON OPTIN"),
        gives(cmd::client_caching(YesNo::No), ()).given("CLIENT TRACKING ON OPTOUT"),
        gives(cmd::client_getredir(), -1),
        gives(cmd::client_getredir(), 0).given("CLIENT TRACKING ON"),
        shows(
            cmd::client_trackinginfo(),
            "TrackingInfo { flags: [\"off\"], redirect: -1, prefixes: [] }",
        ),
        shows(
            cmd::client_trackinginfo(),
            "TrackingInfo { flags: [\"on\", \"bcast\"], redirect: 0, prefixes: [b\"a\"] }",
        )
        .given("CLIENT TRACKING ON BCAST PREFIX a"),
    ]
}

fn modes() -> Vec<Case> {
    vec![
        gives(cmd::client_no_evict(OnOff::On), ()),
        gives(cmd::client_no_evict(OnOff::Off), ()),
        case(cmd::client_no_touch(OnOff::On)).not_run("redis 7.2"),
        case(cmd::client_no_touch(OnOff::Off)).not_run("redis 7.2"),
        case(cmd::client_import_source(OnOff::On)).not_run("valkey 8.1"),
        case(cmd::client_import_source(OnOff::Off)).not_run("valkey 8.1"),
        gives(cmd::client_pause(1), ()),
        gives(cmd::client_pause(1).write(), ()),
        gives(cmd::client_pause(1).all(), ()),
        gives(cmd::client_unpause(), ()),
        gives(cmd::client_reply(ReplyMode::On), ()),
        case(cmd::client_reply(ReplyMode::Off)).not_run("no reply comes"),
        case(cmd::client_reply(ReplyMode::Skip)).not_run("no reply comes"),
    ]
}
