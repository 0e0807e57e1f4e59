#include "base/file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace headlight {
namespace {

using File = std::unique_ptr<std::FILE, CloseFile>;

std::unexpected<Error> io_error(const std::string& verb, const std::string& path) {
    const auto code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::io;
    return fail(code, "cannot " + verb + " " + path + ": " + std::strerror(errno));
}

Result<void> make_folder_of(const std::string& path) {
    std::error_code error;
    const auto folder = std::filesystem::path(path).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    if (error) return fail(ErrorCode::io, "cannot make the folder " + folder.string() + ": " + error.message());
    return {};
}

std::string temporary_of(const std::string& path) {
    return path + ".part";
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return fail(ErrorCode::io, path + " is a folder, not a file");
    const File file(std::fopen(path.c_str(), "rb"));
    if (!file) return io_error("open", path);
    std::string bytes;
    constexpr std::size_t kChunk = std::size_t{1} << 20;
    while (true) {
        const std::size_t old_size = bytes.size();
        bytes.resize(old_size + kChunk);
        const std::size_t got = std::fread(bytes.data() + old_size, 1, kChunk, file.get());
        bytes.resize(old_size + got);
        if (got < kChunk) break;
    }
    if (std::ferror(file.get()) != 0) return io_error("read", path);
    return bytes;
}

Result<void> write_file_atomic(const std::string& path, std::string_view bytes) {
    ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::create(path));
    RETURN_IF_ERROR(file.write(std::as_bytes(std::span(bytes))));
    return file.commit();
}

bool file_exists(const std::string& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
}

Result<FileReader> FileReader::open(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return fail(ErrorCode::io, path + " is a folder, not a file");
    FileReader reader;
    reader.path_ = path;
    reader.file_.reset(std::fopen(path.c_str(), "rb"));
    if (!reader.file_) return io_error("open", path);
    reader.size_ = std::filesystem::file_size(path, error);
    if (error) return fail(ErrorCode::io, "cannot read " + path + ": " + error.message());
    return reader;
}

Result<std::size_t> FileReader::read(std::span<std::byte> out) {
    const std::size_t got = std::fread(out.data(), 1, out.size(), file_.get());
    if (got < out.size() && std::ferror(file_.get()) != 0) return io_error("read", path_);
    return got;
}

Result<AtomicFile> AtomicFile::create(const std::string& path) {
    RETURN_IF_ERROR(make_folder_of(path));
    AtomicFile file;
    file.path_ = path;
    file.file_.reset(std::fopen(temporary_of(path).c_str(), "wb"));
    if (!file.file_) return io_error("write", temporary_of(path));
    return file;
}

AtomicFile::~AtomicFile() {
    if (!file_) return;
    file_.reset();
    std::error_code error;
    std::filesystem::remove(temporary_of(path_), error);
}

Result<void> AtomicFile::write(std::span<const std::byte> bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size()) return {};
    return io_error("write", temporary_of(path_));
}

Result<void> AtomicFile::commit() {
    if (std::fflush(file_.get()) != 0) return io_error("write", temporary_of(path_));
    std::error_code error;
    std::filesystem::rename(temporary_of(path_), path_, error);
    if (error)
        return fail(ErrorCode::io, "cannot rename " + temporary_of(path_) + " to " + path_ + ": " + error.message());
    file_.reset();
    return {};
}

}  // namespace headlight
