// A download as it comes: file by file, on from where a broken connection left it.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include "platform/desktop/curl_request.h"
#include "platform/desktop/hub.h"
#include "platform/desktop/hub_reports.h"
#include "platform/desktop/model_files.h"

namespace headlight::platform {

namespace {

constexpr std::array kWaits{1.0, 2.0, 4.0, 8.0, 16.0};  // seconds before the next attempt
constexpr double kLookAgain = 0.01;                     // while bytes are awaited

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct CloseMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

struct HubFeed::State {
    explicit State(Report told) : report(std::move(told)) {}
    ~State() { close(); }

    Report report;
    std::unique_ptr<CURLM, CloseMulti> multi{curl_multi_init()};
    EasyHandle easy;
    std::unique_ptr<curl_slist, FreeList> headers;

    int job = 0;  // 0: none
    std::string base;
    std::vector<HubFile> files;
    std::size_t index = 0;
    bool begun = false;          // the program knows of this file
    curl_off_t done = 0;         // bytes of it that the program has
    curl_off_t skip = 0;         // bytes that a host without ranges sends once more
    std::string etag, new_etag;  // of the file when it began; of this answer
    bool refused = false, changed = false;
    curl_off_t arrived = 0;  // in this connection
    int attempts = 0;
    double retry_at = -1;  // paused until then
    ModelSink* sink = nullptr;

    void close() {
        if (easy != nullptr) curl_multi_remove_handle(multi.get(), easy.get());
        easy.reset();
        headers.reset();
    }
    void end() {
        close();
        job = 0;
        retry_at = -1;
    }
    void open();
    void finish_file();
    void completed(CURLcode code);
    void pause(CURLcode code);
    std::size_t take(std::string_view bytes);
    [[nodiscard]] bool begin(double length);
    [[nodiscard]] double content_length() const;

    static std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* self) {
        return static_cast<State*>(self)->take({bytes, count});
    }
    static std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* self) {
        const std::string_view line(bytes, count);
        State& state = *static_cast<State*>(self);
        if (line.starts_with("HTTP/")) state.new_etag.clear();
        if (std::string etag = header_value(line, "etag"); !etag.empty()) state.new_etag = std::move(etag);
        return count;
    }
};

void HubFeed::State::open() {
    close();
    arrived = skip = 0;
    refused = changed = false;
    easy = new_request(base + files[index].name);
    if (easy == nullptr) return pause(CURLE_FAILED_INIT);
    CURL* handle = easy.get();
    curl_easy_setopt(handle, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
    if (done > 0) {
        curl_easy_setopt(handle, CURLOPT_RANGE, (std::to_string(done) + "-").c_str());
        if (!etag.empty() && !etag.starts_with("W/")) {
            headers.reset(curl_slist_append(nullptr, ("If-Range: " + etag).c_str()));
            curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
        }
    }
    curl_multi_add_handle(multi.get(), handle);
}

double HubFeed::State::content_length() const {
    curl_off_t length = -1;
    curl_easy_getinfo(easy.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    return static_cast<double>(length);
}

// Before the first bytes of an answer: a new file is announced; one that goes on must still be the same.
bool HubFeed::State::begin(double length) {
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    if (begun) {
        const bool same = etag.empty() || new_etag.empty() || etag == new_etag;
        changed = !same;
        skip = status == 206 ? 0 : done;
        return same;
    }
    etag = new_etag;
    const HubFile& file = files[index];
    begun = sink->begin_file(job, file.name, file.bytes >= 0 ? file.bytes : length);
    refused = !begun;
    return begun;
}

std::size_t HubFeed::State::take(std::string_view bytes) {
    const std::size_t all = bytes.size();
    if (arrived == 0 && !begin(content_length())) return 0;
    arrived += static_cast<curl_off_t>(all);
    const auto dropped = std::min(static_cast<curl_off_t>(all), skip);
    skip -= dropped;
    bytes.remove_prefix(static_cast<std::size_t>(dropped));
    while (!bytes.empty()) {
        const std::span<char> room = sink->room(job, bytes.size());
        if (room.empty()) {
            // More than was promised, or memory was refused: the program says which.
            (void)sink->end_file(job);
            refused = true;
            return 0;
        }
        const std::size_t size = std::min(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), size);
        if (!sink->take(job, size)) {
            refused = true;
            return 0;
        }
        done += static_cast<curl_off_t>(size);
        bytes.remove_prefix(size);
    }
    return all;
}

void HubFeed::State::finish_file() {
    if (arrived == 0 && !begun && !begin(0)) return end();
    if (!sink->end_file(job)) return end();
    ++index;
    begun = false;
    done = 0;
    attempts = 0;
    etag.clear();
    if (index < files.size()) return open();
    (void)sink->finish(job);
    end();
}

void HubFeed::State::completed(CURLcode code) {
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK) return finish_file();
    if (refused) return end();  // the program knows why
    const std::string name = files[index].name;
    const int failed = job;
    if (changed) {
        end();
        return report(failed_report(failed, "library.error.changed", "", name, true));
    }
    const bool passing = status == 429 || status >= 500;
    if (code == CURLE_HTTP_RETURNED_ERROR && !passing) {
        end();
        return report(status_report(failed, status, name));
    }
    pause(code);
}

void HubFeed::State::pause(CURLcode code) {
    if (arrived > 0) attempts = 0;
    close();
    const char* detail = curl_easy_strerror(code);
    if (static_cast<std::size_t>(attempts) == kWaits.size()) {
        const int failed = job;
        end();
        return report(failed_report(failed, "library.error.unreachable", base, detail, true));
    }
    const double wait = kWaits[static_cast<std::size_t>(attempts++)];
    retry_at = now() + wait;
    report(paused_report(job, wait, attempts, detail));
}

HubFeed::HubFeed(Report report) : state_(std::make_unique<State>(std::move(report))) {}
HubFeed::~HubFeed() = default;

bool HubFeed::available() {
    return true;
}

void HubFeed::start(int job, std::string base, std::vector<HubFile> files) {
    Report report = std::move(state_->report);
    state_ = std::make_unique<State>(std::move(report));
    state_->job = job;
    state_->base = std::move(base);
    state_->files = std::move(files);
    state_->retry_at = 0;  // opened by the first pump
}

void HubFeed::retry() {
    if (state_->retry_at >= 0) state_->retry_at = 0;
}

void HubFeed::stop() {
    state_->end();
}

double HubFeed::pump(ModelSink& sink, double seconds) {
    State& s = *state_;
    s.sink = &sink;
    const double end = now() + seconds;
    if (s.job != 0 && s.retry_at >= 0) {
        if (now() < s.retry_at) return s.retry_at - now();
        if (s.retry_at > 0 || s.attempts > 0) s.report(resumed_report(s.job));
        s.retry_at = -1;
        if (s.files.empty()) {
            (void)sink.finish(s.job);
            s.end();
        } else {
            s.open();
        }
    }
    while (s.job != 0 && s.retry_at < 0) {
        const curl_off_t before = s.arrived;
        int running = 0, waiting = 0;
        curl_multi_perform(s.multi.get(), &running);
        const CURLMsg* message = curl_multi_info_read(s.multi.get(), &waiting);
        if (message != nullptr && message->msg == CURLMSG_DONE) {
            s.completed(message->data.result);
        } else if (s.arrived == before) {
            return kLookAgain;
        }
        if (now() >= end) return 0;
    }
    if (s.job == 0) return -1;
    return std::max(0.0, s.retry_at - now());
}

}  // namespace headlight::platform
