// What a hub has: a few small requests, one after another.
#include <cstdlib>

#include "platform/desktop/curl_request.h"
#include "platform/desktop/hub.h"
#include "platform/desktop/hub_reports.h"
#include "platform/desktop/model_files.h"

namespace headlight::platform {

namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;  // of a small file

struct Reply {
    CURLcode code = CURLE_OK;
    long status = 0;
    std::string body;
    HubFile file;  // what the headers say about it
    [[nodiscard]] bool good() const { return code == CURLE_OK && status == 200; }
};

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* out) {
    std::string& body = static_cast<Reply*>(out)->body;
    if (body.size() + count > kMostBytes) return 0;
    body.append(bytes, count);
    return count;
}

// Where a hub redirects to a store, it states the file's own size and hash before it does.
std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* out) {
    HubFile& file = static_cast<Reply*>(out)->file;
    const std::string_view line(bytes, count);
    if (const std::string size = header_value(line, "x-linked-size"); !size.empty())
        file.bytes = std::strtod(size.c_str(), nullptr);
    for (const char* name : {"x-linked-etag", "etag"}) {
        if (const std::string hash = sha256_of_etag(header_value(line, name)); !hash.empty()) file.sha256 = hash;
    }
    return count;
}

class Inspector {
  public:
    explicit Inspector(const std::function<bool()>& cancelled) : cancelled_(cancelled) {}

    [[nodiscard]] Reply get(const std::string& url) { return ask(url, false); }
    // Size and checksum of a file.
    [[nodiscard]] Reply head(const std::string& url) { return ask(url, true); }

  private:
    [[nodiscard]] Reply ask(const std::string& url, bool head) {
        Reply reply;
        const EasyHandle easy = new_request(url);
        if (easy == nullptr) {
            reply.code = CURLE_FAILED_INIT;
            return reply;
        }
        CURL* handle = easy.get();
        curl_easy_setopt(handle, CURLOPT_NOBODY, head ? 1L : 0L);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, &reply);
        curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
        curl_easy_setopt(handle, CURLOPT_HEADERDATA, &reply);
        curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &cancelled_);
        curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, stop_when_cancelled);
        reply.code = curl_easy_perform(handle);
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply.status);
        curl_off_t length = -1;
        curl_easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
        if (reply.file.bytes < 0 && length >= 0) reply.file.bytes = static_cast<double>(length);
        return reply;
    }
    static int stop_when_cancelled(void* cancelled, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        return (*static_cast<const std::function<bool()>*>(cancelled))() ? 1 : 0;
    }

    const std::function<bool()>& cancelled_;
};

// A host without a list is asked for each file that a model may have.
std::vector<HubFile> probe(Inspector& inspector, const std::string& base, std::string& index) {
    std::vector<HubFile> found;
    auto add = [&](const std::string& name) {
        Reply reply = inspector.head(base + name);
        if (!reply.good()) return false;
        reply.file.name = name;
        found.push_back(std::move(reply.file));
        return true;
    };
    if (!add("model.safetensors")) {
        if (Reply reply = inspector.get(base + std::string(kIndex)); reply.good()) index = std::move(reply.body);
        for (const std::string& shard : shards_of(index)) add(shard);
    }
    if (!add("tokenizer.json")) {
        add("vocab.json");
        add("merges.txt");
    }
    return found;
}

std::vector<HubFile> list_files(Inspector& inspector, const std::string& base, const std::string& tree,
                                std::string& index) {
    if (tree.empty()) return probe(inspector, base, index);
    const Reply reply = inspector.get(tree);
    const auto listed = reply.good() ? parse_tree(reply.body) : std::nullopt;
    if (!listed) return probe(inspector, base, index);
    for (const HubFile& file : *listed) {
        if (file.name != kIndex) continue;
        if (Reply text = inspector.get(base + file.name); text.good()) index = std::move(text.body);
    }
    return wanted_files(*listed, index);
}

}  // namespace

std::string inspect_hub(int job, const std::vector<std::string>& bases, const std::string& tree,
                        const std::function<bool()>& cancelled) {
    Inspector inspector(cancelled);
    std::string failure;
    for (std::size_t i = 0; i < bases.size() && !cancelled(); ++i) {
        const std::string& base = bases[i];
        const Reply config = inspector.get(base + std::string(kConfig));
        if (config.good()) {
            std::string index;
            const std::vector<HubFile> files = list_files(inspector, base, i == 0 ? tree : "", index);
            return described_report(job, base, config.body, index, files);
        }
        // What the first, likeliest folder said is told; another one may only be missing.
        if (!failure.empty()) continue;
        failure = config.code == CURLE_OK
                      ? status_report(job, config.status, kConfig)
                      : failed_report(job, "library.error.unreachable", base, curl_easy_strerror(config.code), true);
    }
    return failure;
}

}  // namespace headlight::platform
