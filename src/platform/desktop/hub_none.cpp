// Without libcurl.
#include "platform/desktop/hub.h"
#include "platform/desktop/model_files.h"

namespace headlight::platform {

struct HubFeed::State {};

std::string inspect_hub(int job, const std::vector<std::string>&, const std::string&, const std::function<bool()>&) {
    return failed_report(job, "library.error.unsupported", "", "", false);
}

HubFeed::HubFeed(Report) {}
HubFeed::~HubFeed() = default;
bool HubFeed::available() {
    return false;
}
void HubFeed::start(int, std::string, std::vector<HubFile>) {}
void HubFeed::retry() {}
void HubFeed::stop() {}
double HubFeed::pump(ModelSink&, double) {
    return -1;
}

}  // namespace headlight::platform
