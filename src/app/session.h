#pragma once
// A loaded model and what it computed. Two traces take turns: one is shown, the other is filled in slices that fit into
// a frame, and becomes the shown one when its pass is complete. Rows that both texts begin with are never computed
// again.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/activations.h"
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
    static constexpr std::size_t kMaxTraceBytes = 768U << 20;
    ~Session();

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const model::Gpt& gpt() const { return loaded_.gpt; }
    [[nodiscard]] const text::Tokenizer* tokenizer() const;
    [[nodiscard]] int context() const { return context_; }

    // Cuts `prompt` and `taken` down to what the model can see. An empty text starts from the end token.
    [[nodiscard]] Text make_text(std::string_view prompt, std::span<const std::int32_t> taken) const;

    // What to compute next. A pass that is running is finished as far as its rows still hold.
    void want(Text text);
    [[nodiscard]] bool busy() const { return wanted_.has_value() || job_ != nullptr; }
    // 0..1 of the rows and layers of the present job.
    [[nodiscard]] double fraction() const;
    // Works for about budget_ms, at least one slice. True when a pass became complete and shown() changed.
    bool advance(double budget_ms);
    void cancel();

    // The last complete pass.
    [[nodiscard]] const Text& shown() const { return shown_; }
    [[nodiscard]] int positions() const { return static_cast<int>(shown_.ids.size()); }
    [[nodiscard]] const model::Activations& trace() const { return *front_.trace; }
    [[nodiscard]] std::span<const float> logits(int position) const;  // [vocab]
    [[nodiscard]] std::int64_t rows_computed() const { return rows_computed_; }

  private:
    // A trace and the ids whose rows in it are valid.
    struct Buffer {
        std::unique_ptr<model::Activations> trace;
        std::vector<std::int32_t> ids;
    };
    struct Job;

    Session(const model::Compute& compute, std::string name, model::LoadedModel loaded, int context);
    [[nodiscard]] Buffer make_buffer() const;
    bool begin();
    bool advance_slice();
    void start_chunk();

    const model::Compute& compute_;
    std::string name_;
    model::LoadedModel loaded_;
    int context_;
    int chunk_rows_;
    Buffer front_, back_;
    Text shown_;
    std::optional<Text> wanted_;
    std::unique_ptr<Job> job_;
    std::int64_t rows_computed_ = 0;
};

}  // namespace headlight::app
