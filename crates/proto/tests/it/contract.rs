//! The compiled contract that reflection serves.

use jobmatch_proto::FILE_DESCRIPTOR_SET;
use prost::Message;
use prost_types::FileDescriptorSet;

#[test]
fn reflection_knows_every_service_and_every_import() {
    let set = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap();
    let mut services: Vec<&str> =
        set.file.iter().flat_map(|f| f.service.iter().map(|s| s.name())).collect();
    services.sort_unstable();
    assert_eq!(
        services,
        [
            "AdminService",
            "GigService",
            "IntakeService",
            "MatchService",
            "NearbyService",
            "PostingService",
            "ProfileService",
            "StationService",
        ]
    );
    for imported in set.file.iter().flat_map(|f| &f.dependency) {
        assert!(set.file.iter().any(|f| f.name() == imported), "{imported}");
    }
}
