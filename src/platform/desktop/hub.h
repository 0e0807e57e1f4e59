#pragma once
// Fetching models by name or address over HTTPS. With libcurl (hub_curl.cpp); without it (hub_none.cpp) nothing can be
// fetched, and the program says so.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/platform.h"

namespace headlight::platform {

struct HubFile {
    std::string name;
    double bytes = -1;   // -1: not known
    std::string sha256;  // "" : not known
};

// Asks where a model is and how large: the report "described" or "failed" of app/library_requests.h, as a command.
// bases: folders to be tried in order; tree: a list of the files of bases[0], or "". Blocks; cancelled() ends it soon
// (the report is of no use then).
[[nodiscard]] std::string inspect_hub(int job, const std::vector<std::string>& bases, const std::string& tree,
                                      const std::function<bool()>& cancelled);

// Downloads a model's files one after another into the program, between its turns.
class HubFeed {
  public:
    using Report = std::function<void(std::string)>;  // takes a command
    explicit HubFeed(Report report);
    ~HubFeed();
    HubFeed(const HubFeed&) = delete;
    HubFeed& operator=(const HubFeed&) = delete;

    [[nodiscard]] static bool available();
    void start(int job, std::string base, std::vector<HubFile> files);
    void retry();  // at once, what is paused
    void stop();
    // Takes what has arrived, for about so many seconds. Returns when it wants to be called again, in seconds;
    // negative: there is nothing to do.
    double pump(ModelSink& sink, double seconds);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace headlight::platform
