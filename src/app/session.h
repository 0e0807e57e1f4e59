#pragma once
// A loaded model and what it computed. One trace is shown. What a text adds at its end is computed behind the rows that
// are shown; anything else in a second trace, in slices that fit into a frame, until its pass is complete. Rows that
// both texts begin with are never computed again, and logits only where somebody looks.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/trace_buffer.h"
#include "base/result.h"
#include "model/gpt.h"
#include "model/hf_folder.h"

namespace headlight::app {

// A text for the model: ids, of which the last `taken` were chosen and not typed.
struct Text {
    std::vector<std::int32_t> ids;
    int taken = 0;
    int dropped = 0;  // ids left out at the front, beyond the context
    bool operator==(const Text&) const = default;
};

// How many rows of one layer are computed in a slice while nothing is known of the machine's speed.
[[nodiscard]] int rows_of_a_slice(const model::GptConfig& config);

class Session {
  public:
    // Files of a model folder, name -> bytes. compute must outlive the session. The context may be shortened so that
    // both traces stay within max_trace_bytes.
    [[nodiscard]] static Result<std::unique_ptr<Session>> load(const model::Compute& compute, std::string name,
                                                               const std::map<std::string, std::string>& files,
                                                               std::size_t max_trace_bytes = kMaxTraceBytes);
    // The same for a model that is loaded already.
    [[nodiscard]] static Result<std::unique_ptr<Session>> create(const model::Compute& compute, std::string name,
                                                                 model::LoadedModel loaded,
                                                                 std::size_t max_trace_bytes = kMaxTraceBytes);
    // Memory that is only taken as the text grows. The same on every machine, because a link shows the same tokens.
    static constexpr std::size_t kMaxTraceBytes = 1536U << 20;
    ~Session();

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const model::Gpt& gpt() const { return loaded_.gpt; }
    [[nodiscard]] const text::Tokenizer* tokenizer() const;
    [[nodiscard]] int context() const { return context_; }

    // Cuts `prompt` and `taken` down to what the model can see. An empty text starts from the end token.
    [[nodiscard]] Text make_text(std::string_view prompt, std::span<const std::int32_t> taken) const;

    // What to compute next. A pass that is running is finished as far as its rows still hold.
    void want(Text text);
    [[nodiscard]] bool busy() const { return wanted_.has_value() || job_ != nullptr || all_logits_asked_; }
    // A pass is on its way, so that shown() will change; what else keeps it busy changes nothing that is shown.
    [[nodiscard]] bool passing() const;
    // 0..1 of the rows and layers of the present job.
    [[nodiscard]] double fraction() const;
    // Works for at most about budget_ms, at least one slice. True when a pass became complete and shown() changed, or
    // all logits that were asked for are there.
    bool advance(double budget_ms);
    void cancel();

    // The last complete pass.
    [[nodiscard]] const Text& shown() const { return shown_; }
    [[nodiscard]] int positions() const { return static_cast<int>(shown_.ids.size()); }
    // Logits only of rows that somebody asked for.
    [[nodiscard]] const model::Activations& trace() const { return *front_.trace; }
    // [vocab]; computed when this position's are not there yet.
    [[nodiscard]] std::span<const float> logits(int position) const;
    // Whether all positions have logits. If not, few are computed now, many by the next calls of advance().
    [[nodiscard]] bool ask_all_logits() const;
    void compute_all_logits() const;  // now, however long it takes
    // So few rows of logits that they fit into a slice.
    [[nodiscard]] static bool few_logits(const model::GptConfig& config, int rows);
    [[nodiscard]] std::int64_t rows_computed() const { return rows_computed_; }
    // About how long `rows` take on their way through `layers`, by the speed of the passes so far.
    [[nodiscard]] double expected_ms(int rows, int layers) const;

  private:
    struct Job;

    Session(const model::Compute& compute, std::string name, model::LoadedModel loaded, int context);
    bool begin();
    void begin_in_back(const Text& text, int in_front);
    [[nodiscard]] int usable_in_back(const Text& text, int in_front) const;
    bool advance_slice();
    void start_chunk();
    void publish();
    bool advance_logits() const;
    [[nodiscard]] int without_logits() const;
    void learn_speed(double slice_ms);

    const model::Compute& compute_;
    std::string name_;
    model::LoadedModel loaded_;
    int context_;
    double products_per_ms_;  // of a slice, as far as it is known
    // front_ is complete as far as its ids go. Logits come into it when somebody looks, which changes nothing else.
    mutable TraceBuffer front_;
    mutable bool all_logits_asked_ = false;
    TraceBuffer back_;
    Text shown_;
    std::optional<Text> wanted_;
    std::unique_ptr<Job> job_;
    std::int64_t rows_computed_ = 0;
};

}  // namespace headlight::app
