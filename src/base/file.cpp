#include "base/file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

namespace headlight {
namespace {

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

std::unexpected<Error> io_error(const std::string& verb, const std::string& path) {
    const auto code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::io;
    return fail(code, "cannot " + verb + " " + path + ": " + std::strerror(errno));
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
    const File file(std::fopen(path.c_str(), "wb"));
    if (!file) return io_error("write", path);
    const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
    if (!written || std::fflush(file.get()) != 0) return io_error("write", path);
    return {};
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
    std::error_code error;
    const auto folder = std::filesystem::path(path).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    if (error) return fail(ErrorCode::io, "cannot make the folder " + folder.string() + ": " + error.message());
    const std::string temporary = path + ".part";
    auto written = write_file(temporary, bytes);
    if (written.has_value()) {
        std::filesystem::rename(temporary, path, error);
        if (!error) return {};
        written = fail(ErrorCode::io, "cannot rename " + temporary + " to " + path + ": " + error.message());
    }
    std::filesystem::remove(temporary, error);
    return written;
}

bool file_exists(const std::string& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
}

}  // namespace headlight
