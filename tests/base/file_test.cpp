#include "base/file.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace headlight {
namespace {

namespace fs = std::filesystem;

// An empty folder that goes away with the test.
class FileTest : public testing::Test {
  protected:
    std::string folder_ = std::string(HEADLIGHT_BUILD_DIR) + "/file_test_" +
                          testing::UnitTest::GetInstance()->current_test_info()->name();
    void SetUp() override {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
    }
};

TEST_F(FileTest, BytesComeBackAsTheyWere) {
    std::string bytes;
    for (int i = 0; i < 3'000'000; ++i) bytes += static_cast<char>(i * 7);
    const std::string path = folder_ + "/a/b/bytes.bin";
    ASSERT_TRUE(write_file_atomic(path, bytes).has_value());
    EXPECT_TRUE(file_exists(path));
    EXPECT_TRUE(read_file(path).value() == bytes);
    ASSERT_TRUE(write_file_atomic(path, "").has_value());
    EXPECT_EQ(read_file(path).value(), "");
}

TEST_F(FileTest, TakesTheOldFilesPlaceAndLeavesNoOther) {
    const std::string path = folder_ + "/türkçe ad.txt";
    ASSERT_TRUE(write_file_atomic(path, "old").has_value());
    ASSERT_TRUE(write_file_atomic(path, "new").has_value());
    EXPECT_EQ(read_file(path).value(), "new");
    EXPECT_EQ(files(), 1U);
}

TEST_F(FileTest, AFailedWriteLeavesTheOldFile) {
    const std::string path = folder_ + "/model";
    ASSERT_TRUE(write_file_atomic(path, "old").has_value());
    fs::create_directories(path + ".part/in the way");  // where the new bytes would go first
    const auto failed = write_file_atomic(path, "new");
    ASSERT_FALSE(failed.has_value());
    EXPECT_NE(failed.error().message.find(path), std::string::npos) << failed.error().message;
    EXPECT_EQ(read_file(path).value(), "old");
}

TEST_F(FileTest, AFailedRenameSaysSoAndLeavesNothingBehind) {
    const std::string path = folder_ + "/target";
    fs::create_directories(path + "/a folder in the way");
    const auto failed = write_file_atomic(path, "new");
    ASSERT_FALSE(failed.has_value());
    EXPECT_NE(failed.error().message.find("cannot rename"), std::string::npos) << failed.error().message;
    EXPECT_EQ(files(), 1U);
}

TEST_F(FileTest, AFileWhereAFolderShouldBe) {
    ASSERT_TRUE(write_file_atomic(folder_ + "/file", "x").has_value());
    const auto failed = write_file_atomic(folder_ + "/file/inside.txt", "y");
    ASSERT_FALSE(failed.has_value());
    EXPECT_NE(failed.error().message.find("cannot make the folder"), std::string::npos) << failed.error().message;
}

#if defined(__linux__)
TEST_F(FileTest, AFullDiskIsAnError) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
    const std::string path = folder_ + "/file";
    ASSERT_TRUE(write_file_atomic(path, "old").has_value());
    fs::create_symlink("/dev/full", path + ".part");
    const auto failed = write_file_atomic(path, "new");
    ASSERT_FALSE(failed.has_value());
    EXPECT_NE(failed.error().message.find("No space left"), std::string::npos) << failed.error().message;
    EXPECT_EQ(read_file(path).value(), "old");
}
#endif

TEST_F(FileTest, AReaderGivesTheBytesInPieces) {
    const std::string path = folder_ + "/bytes";
    ASSERT_TRUE(write_file_atomic(path, "0123456789").has_value());
    auto reader = FileReader::open(path);
    ASSERT_TRUE(reader.has_value()) << reader.error().message;
    EXPECT_EQ(reader->size(), 10U);
    std::string piece(4, '?'), all;
    for (const std::size_t expected : {4U, 4U, 2U, 0U}) {
        const auto got = reader->read(std::as_writable_bytes(std::span(piece)));
        ASSERT_EQ(got.value(), expected);
        all += piece.substr(0, expected);
    }
    EXPECT_EQ(all, "0123456789");
    EXPECT_EQ(FileReader::open(folder_ + "/none").error().code, ErrorCode::not_found);
    EXPECT_FALSE(FileReader::open(folder_).has_value());
}

TEST_F(FileTest, AFileInPiecesAppearsOnlyWhenItIsWhole) {
    const std::string path = folder_ + "/sub/model";
    ASSERT_TRUE(write_file_atomic(path, "old").has_value());
    {
        auto given_up = AtomicFile::create(path);
        ASSERT_TRUE(given_up.has_value());
        ASSERT_TRUE(given_up->write(std::as_bytes(std::span("half", 4))).has_value());
    }
    EXPECT_EQ(read_file(path).value(), "old");
    EXPECT_FALSE(file_exists(path + ".part"));
    auto file = AtomicFile::create(path);
    ASSERT_TRUE(file.has_value());
    for (const char* part : {"ne", "w"}) {
        ASSERT_TRUE(file->write(std::as_bytes(std::span(std::string_view(part)))).has_value());
        EXPECT_EQ(read_file(path).value(), "old");
    }
    ASSERT_TRUE(file->commit().has_value());
    EXPECT_EQ(read_file(path).value(), "new");
    EXPECT_FALSE(file_exists(path + ".part"));
}

TEST_F(FileTest, MissingFilesAndFoldersAreNamed) {
    const auto missing = read_file(folder_ + "/none.txt");
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error().code, ErrorCode::not_found);
    EXPECT_NE(missing.error().message.find("none.txt"), std::string::npos);
    EXPECT_FALSE(file_exists(folder_ + "/none.txt"));
    const auto folder = read_file(folder_);
    ASSERT_FALSE(folder.has_value());
    EXPECT_NE(folder.error().message.find("is a folder"), std::string::npos);
    EXPECT_FALSE(file_exists(folder_));
}

}  // namespace
}  // namespace headlight
