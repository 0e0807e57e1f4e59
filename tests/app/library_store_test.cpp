// What this machine keeps of models of one's own: written, opened again, damaged, and without room.
#include "app/library_fixture.h"
#include "base/json.h"

namespace headlight::app {
namespace {

TEST_F(LibraryTest, WhatIsKeptOpensAgainWithTheSameNumbers) {
    report_list();
    bring("owner/tiny", 3, Precision::q8);
    const std::string numbers = app_->checksum();
    const std::string link = app_->link();
    EXPECT_EQ(library().keep.stage, KeepStage::writing);
    const std::string manifest = keep();
    EXPECT_EQ(library().keep.stage, KeepStage::kept);
    report_list({{{"manifest", manifest}, {"date", "2026-11-21"}}});
    ASSERT_EQ(library().kept.size(), 1U);
    EXPECT_EQ(library().kept[0].id, "owner--tiny.q8");
    EXPECT_TRUE(library().kept[0].in_use);

    // The next visit: the list comes before the link, as main.cpp sees to it.
    auto next = make_app();
    run(*next, ImportReport{write_json(Json{
                   {"event", "listed"}, {"supported", true}, {"models", {{{"manifest", manifest}, {"date", "x"}}}}})});
    run(*next, OpenLink{link});
    EXPECT_EQ(next->library().import.stage, ImportStage::loading);
    EXPECT_EQ(next->library().import.source, SourceKind::kept);
    const int job = next->library().import.job;
    // The bytes as they were kept, file by file.
    const auto parsed = parse_manifest(manifest);
    ASSERT_TRUE(parsed.has_value());
    std::map<std::string, std::string> files;
    std::size_t at = 0;
    for (const ImportFile& file : parsed->files) {
        files[file.name] = kept_bytes_.substr(at, static_cast<std::size_t>(file.bytes));
        at += static_cast<std::size_t>(file.bytes);
    }
    for (const ImportFile& file : std::vector(next->library().import.files)) {
        std::string_view bytes = files.at(file.name);
        ASSERT_TRUE(next->begin_file(job, file.name, file.bytes));
        while (!bytes.empty()) {
            const auto room = next->room(job, bytes.size());
            ASSERT_FALSE(room.empty());
            std::ranges::copy(bytes.substr(0, room.size()), room.begin());
            ASSERT_TRUE(next->take(job, room.size(), 0));
            bytes.remove_prefix(room.size());
        }
        ASSERT_TRUE(next->end_file(job));
    }
    ASSERT_TRUE(next->finish(job));
    while (next->next_work_ms(0) == 0 && next->advance(0, 1000)) {
    }
    EXPECT_EQ(next->checksum(), numbers);
    EXPECT_EQ(next->verdict(), Verdict::reproduced) << "the link's numbers";
    EXPECT_EQ(next->settings().precision, Precision::q8);
}

TEST_F(LibraryTest, NoRoomToKeepItIsSaidAndTheModelWorks) {
    report_list();
    bring("owner/tiny");
    const Json request = asked("keep");
    report({{"event", "keep_failed"}, {"job", request["job"]}, {"key", "library.error.room"}, {"detail", "full"}});
    EXPECT_EQ(library().keep.stage, KeepStage::failed);
    EXPECT_FALSE(app_->kept_bytes(request["job"].get<int>()).has_value());
    EXPECT_EQ(app_->model()->name, "owner/tiny");
    ASSERT_FALSE(app_->notices().empty());
    EXPECT_EQ(app_->notices().back().key, "library.error.room");
    run(*app_, KeepModel{});
    EXPECT_EQ(library().keep.stage, KeepStage::writing) << "again, after room was made";
}

TEST_F(LibraryTest, ADamagedCopyIsRemoved) {
    report_list();
    bring("owner/tiny");
    const std::string manifest = keep();
    report_list({{{"manifest", manifest}, {"date", "x"}}});
    run(*app_, OpenKept{"owner--tiny.f32"});
    const int job = import().job;
    const ImportFile first = import().files.front();
    ASSERT_TRUE(app_->begin_file(job, first.name, first.bytes));
    for (double left = first.bytes; left > 0;) {
        const auto room = app_->room(job, static_cast<std::size_t>(left));
        ASSERT_FALSE(room.empty());
        std::ranges::fill(room, 'x');
        ASSERT_TRUE(app_->take(job, room.size(), 0));
        left -= static_cast<double>(room.size());
    }
    EXPECT_FALSE(app_->end_file(job));
    EXPECT_EQ(import().error.key, "library.error.kept_damaged");
    EXPECT_EQ(asked("delete")["id"], "owner--tiny.f32");
    EXPECT_EQ(app_->model()->name, "owner/tiny") << "it is still open";
}

}  // namespace
}  // namespace headlight::app
