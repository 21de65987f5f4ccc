use super::*;
use crate::engine::testing::Rig;

#[test]
fn every_command_is_found_in_the_catalogue() {
    let unknown = TABLE.iter().map(|entry| entry.spec.name()).filter(|name| {
        // Newer than 7.0, but sent by clients whatever the version.
        About::of(name).name.is_empty() && *name != "client|setinfo"
    });
    assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn info_tells_keys_in_both_ways() {
    let mut rig = Rig::new();
    assert_eq!(
        rig.run("command info get nothing"),
        "*2 *10 $3 get :2 *2 +readonly +fast :1 :1 :1 *3 +@read +@string +@fast *0 \
         *1 *6 $5 flags *2 +RO +access $12 begin_search *4 $4 type $5 index $4 spec *2 $5 index :1 \
         $9 find_keys *4 $4 type $5 range $4 spec *6 $7 lastkey :0 $7 keystep :1 $5 limit :0 *0 $-1"
    );
    assert!(rig.run("command info client|id").starts_with("*1 *10 $9 client|id :2 *3 +noscript"));
}

#[test]
fn keys_are_found_in_what_would_be_sent() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("command getkeys del a b"), "*2 $1 a $1 b");
    assert_eq!(rig.run("command getkeysandflags set a 1"), "*1 *2 $1 a *2 +OW +update");
    assert_eq!(rig.run("command getkeysandflags set a 1 get"), "*1 *2 $1 a *3 +RW +access +update");
    assert_eq!(rig.run("command getkeys ping x"), "-ERR The command has no key arguments");
    assert_eq!(rig.run("command getkeys nothing x"), "-ERR Invalid command specified");
    assert_eq!(
        rig.run("command getkeys get a b"),
        "-ERR Invalid number of arguments specified for command"
    );
}

#[test]
fn lists_are_filtered() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("command list filterby pattern WAT*"), "*1 $5 watch");
    assert!(rig.run("command list filterby aclcat TRANSACTION").contains("$7 discard"));
    assert_eq!(rig.run("command list filterby aclcat nothing"), "*0");
    assert_eq!(rig.run("command list filterby module m"), "*0");
    assert_eq!(rig.run("command list filterby other m"), "-ERR syntax error");
    assert_eq!(rig.run("acl cat nothing"), "-ERR Unknown category 'nothing'");
}

#[test]
fn docs_leave_out_what_is_unknown() {
    let mut rig = Rig::new();
    let docs = rig.run("command docs nothing ping");
    assert!(docs.starts_with("*2 $4 ping *10 $7 summary "), "{docs}");
    assert!(
        docs.ends_with(
            "$9 arguments *1 *6 $4 name $7 message $4 type $6 string $5 flags *1 +optional"
        ),
        "{docs}"
    );
}
