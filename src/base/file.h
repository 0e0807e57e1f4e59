#pragma once
// Files: whole ones in memory, and large ones piece by piece. Paths are UTF-8.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headlight {

// The whole file as bytes; the error names the file and the reason.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

// Writes beside the target and renames, so that a reader (or a crash) sees the old file or the new one, never half of
// it. Makes the folder when it is missing.
[[nodiscard]] Result<void> write_file_atomic(const std::string& path, std::string_view bytes);

[[nodiscard]] bool file_exists(const std::string& path);

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

// Reads a file from its beginning to its end.
class FileReader {
  public:
    [[nodiscard]] static Result<FileReader> open(const std::string& path);

    [[nodiscard]] std::uint64_t size() const { return size_; }  // when it was opened
    // Fills `out` from where the last read ended; fewer bytes only at the file's end.
    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> out);

  private:
    std::unique_ptr<std::FILE, CloseFile> file_;
    std::string path_;
    std::uint64_t size_ = 0;
};

// write_file_atomic in pieces: nothing stands under the path before commit(), and what was not committed is removed.
class AtomicFile {
  public:
    [[nodiscard]] static Result<AtomicFile> create(const std::string& path);
    AtomicFile(AtomicFile&&) noexcept = default;
    AtomicFile& operator=(AtomicFile&&) = delete;
    ~AtomicFile();

    [[nodiscard]] Result<void> write(std::span<const std::byte> bytes);
    [[nodiscard]] Result<void> commit();

  private:
    AtomicFile() = default;
    std::unique_ptr<std::FILE, CloseFile> file_;
    std::string path_;
};

}  // namespace headlight
