#include "interpret/tutorial_explain.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/check.h"
#include "base/numeric_text.h"
#include "interpret/formula.h"

namespace headlight::interpret {
namespace {

constexpr std::size_t kTermsWritten = 8;  // longer sums are not written out
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::string label_of(const std::vector<std::string>& labels, int index) {
    const auto i = static_cast<std::size_t>(index);
    return i < labels.size() && !labels[i].empty() ? labels[i] : std::to_string(index);
}

class CellExplainer {
  public:
    CellExplainer(const Sheet& sheet, int row, int col, const FindSheet& find)
        : s_(sheet), row_(row), col_(col), find_(find), a_(sheet_or_null(sheet.a)), b_(sheet_or_null(sheet.b)) {}

    Explanation run() {
        out_.site = s_.id;
        out_.indices = {row_, col_};
        out_.value = out_.recomputed = s_.at(row_, col_);
        if (s_.is_edited(row_, col_) || !has_rule(s_, find_)) {
            out_.lines.push_back(name().result(out_.value).take());
        } else {
            explain();
        }
        finish_terms();
        return std::move(out_);
    }

  private:
    [[nodiscard]] const Sheet* sheet_or_null(const std::string& id) const { return id.empty() ? nullptr : find_(id); }

    // "V[When, 2] = "
    [[nodiscard]] Formula name() const {
        Formula line;
        for (const FormulaSpan& span : symbols(s_.symbol)) {
            if (span.kind == SpanKind::subscript) {
                line.lowered(span.text);
            } else {
                line.text(span.text);
            }
        }
        line.text("[" + label_of(s_.row_labels, row_) + ", " + label_of(s_.col_labels, col_) + "] = ");
        return line;
    }

    void source(const std::string& sheet, std::vector<int> indices) {
        const Sheet* from = sheet_or_null(sheet);
        if (from != nullptr) out_.sources.push_back({from->symbol, sheet, std::move(indices)});
    }
    void add_term(int i, float left, float right, float value) { out_.terms.push_back({i, left, right, value}); }
    [[nodiscard]] float summed() const {
        double total = 0;
        for (const Term& term : out_.terms) total += static_cast<double>(term.value);
        return static_cast<float>(total);
    }
    void finish_terms() {
        out_.terms_sum = summed();
        std::ranges::sort(out_.terms, [](const Term& x, const Term& y) {
            const float left = std::abs(x.value), right = std::abs(y.value);
            return left > right || (left == right && x.index < y.index);
        });
    }
    void result(Formula line) { out_.lines.push_back(line.result(out_.recomputed).take()); }

    void explain() {
        switch (s_.rule) {
            case SheetRule::gather:
                return gather();
            case SheetRule::position:
            case SheetRule::own_position:
                return position();
            case SheetRule::sum:
                return sum();
            case SheetRule::linear:
            case SheetRule::transposed:
                return product();
            case SheetRule::scaled:
                return scaled();
            case SheetRule::masked:
                return masked();
            case SheetRule::softmax:
                return softmax();
            case SheetRule::anchored:
                return anchored();
            case SheetRule::mean:
            case SheetRule::deviation:
                return moment();
            case SheetRule::normalized:
                return normalized();
            case SheetRule::relu:
                return relu();
            case SheetRule::flatten:
            case SheetRule::columns:
                return moved();
            case SheetRule::parts:
                return part();
            case SheetRule::best:
                return best();
            case SheetRule::count:
                return count();
            case SheetRule::visible:
                return visible();
            case SheetRule::input:
            case SheetRule::shown:
                break;
        }
    }

    void gather() {
        const int id = static_cast<int>(b_->at(0, row_));
        out_.recomputed = a_->at(id, col_) * s_.constant;
        Formula line = name();
        line.text(a_->symbol.substr(0, a_->symbol.find('_')) + "[" + std::to_string(id) + ", " + std::to_string(col_) +
                  "] = ");
        if (s_.constant != 1) line.number(a_->at(id, col_)).text(" · ").number(s_.constant).text(" = ");
        result(std::move(line));
        source(s_.a, {id, col_});
        source(s_.b, {0, row_});
    }

    void position() {
        const int d = static_cast<int>(s_.constant);
        const int twice = s_.rule == SheetRule::position ? col_ / 2 * 2 : 2 * col_;
        const double divisor = std::pow(10000.0, static_cast<double>(twice) / d);
        const bool sine = col_ % 2 == 0;
        out_.recomputed = static_cast<float>(sine ? std::sin(row_ / divisor) : std::cos(row_ / divisor));
        Formula line = name();
        line.text(std::string(sine ? "sin" : "cos") + "(" + std::to_string(row_) + " / 10000")
            .raised(std::to_string(twice) + "/" + std::to_string(d))
            .text(") = " + std::string(sine ? "sin" : "cos") + "(")
            .number(static_cast<float>(row_ / divisor))
            .text(") = ");
        result(std::move(line));
    }

    void sum() {
        const float left = a_->at(row_, col_), right = b_->at(b_->rows == 1 ? 0 : row_, col_);
        add_term(0, left, 1, left);
        add_term(1, right, 1, right);
        out_.recomputed = left + right;
        Formula line = name();
        line.number(left).text(right < 0 ? " − " : " + ").number(std::abs(right)).text(" = ");
        result(std::move(line));
        source(s_.a, {row_, col_});
        source(s_.b, {b_->rows == 1 ? 0 : row_, col_});
    }

    // The terms as they stand, written out when they are few: "0.79·0.52 + 1.60·0.05".
    void write_terms(Formula& line) const {
        if (out_.terms.size() > kTermsWritten) {
            line.text("Σ ").text(a_->symbol).text(" · ").text(b_->symbol);
            return;
        }
        for (const Term& term : out_.terms) {
            if (&term != &out_.terms.front()) line.text(" + ");
            line.number(term.left).text("·").number(term.right);
        }
    }

    void product() {
        const bool transposed = s_.rule == SheetRule::transposed;
        for (int i = 0; i < a_->cols; ++i) {
            const float left = a_->at(row_, i), right = transposed ? b_->at(col_, i) : b_->at(i, col_);
            if (std::isnan(left) || std::isnan(right)) continue;
            add_term(i, left, right, left * right);
        }
        const Sheet* bias = sheet_or_null(s_.c);
        const float added = bias == nullptr ? 0 : bias->at(0, col_);
        out_.recomputed = summed() + added;
        Formula line = name();
        write_terms(line);
        if (bias != nullptr) line.text(added < 0 ? " − " : " + ").number(std::abs(added));
        result(std::move(line.text(" = ")));
        out_.terms_title = Formula()
                               .text(a_->symbol.substr(0, a_->symbol.find('_')))
                               .lowered("i")
                               .text(" · ")
                               .text(b_->symbol.substr(0, b_->symbol.find('_')))
                               .lowered("i")
                               .take();
        source(s_.a, {row_, -1});
        source(s_.b, transposed ? std::vector<int>{col_, -1} : std::vector<int>{-1, col_});
        if (bias != nullptr) source(s_.c, {0, col_});
    }

    void scaled() {
        const float raw = a_->at(row_, col_);
        out_.recomputed = raw / s_.constant;
        const auto square = std::llround(static_cast<double>(s_.constant) * static_cast<double>(s_.constant));
        Formula line = name();
        line.number(raw).text(" / √" + std::to_string(square) + " = ").number(raw).text(" / ").number(s_.constant);
        result(std::move(line.text(" = ")));
        source(s_.a, {row_, col_});
    }

    void masked() {
        if (col_ > row_) {
            out_.recomputed = -kInfinity;
            result(name());
            return;
        }
        out_.recomputed = a_->at(row_, col_);
        result(name());
        source(s_.a, {row_, col_});
    }

    void softmax() {
        float largest = -kInfinity;
        for (int j = 0; j < a_->cols; ++j) largest = std::max(largest, a_->at(row_, j));
        double total = 0;
        for (int j = 0; j < a_->cols; ++j) {
            const float score = a_->at(row_, j);
            const double power = std::exp(static_cast<double>(score) - static_cast<double>(largest));
            if (!std::isinf(score)) add_term(j, score, largest, static_cast<float>(power));
            total += power;
        }
        const float mine = a_->at(row_, col_);
        out_.recomputed =
            static_cast<float>(std::exp(static_cast<double>(mine) - static_cast<double>(largest)) / total);
        Formula line = name();
        line.text("e").raised(number_text(mine)).text(" / Σ e").raised("s").text(" = ");
        result(std::move(line));
        out_.terms_title = Formula().text("e").raised("s − max").take();
        source(s_.a, {row_, -1});
    }

    void anchored() {
        const float mine = a_->at(row_, col_), known = a_->at(row_, s_.anchor);
        out_.recomputed = static_cast<float>(static_cast<double>(s_.constant) *
                                             std::exp(static_cast<double>(mine) - static_cast<double>(known)));
        Formula line = name();
        line.number(s_.constant).text(" · e").raised(number_text(mine) + " − " + number_text(known)).text(" = ");
        result(std::move(line));
        source(s_.a, {row_, col_});
        source(s_.a, {row_, s_.anchor});
    }

    struct Moments {
        double mean = 0, variance = 0;
    };
    [[nodiscard]] Moments moments() const {
        Moments m;
        for (int j = 0; j < a_->cols; ++j) m.mean += static_cast<double>(a_->at(row_, j));
        m.mean /= a_->cols;
        for (int j = 0; j < a_->cols; ++j) {
            const double away = static_cast<double>(a_->at(row_, j)) - m.mean;
            m.variance += away * away;
        }
        m.variance /= a_->cols;
        return m;
    }

    void moment() {
        const Moments m = moments();
        const std::string n = std::to_string(a_->cols);
        for (int j = 0; j < a_->cols; ++j) {
            const float x = a_->at(row_, j);
            const float away = x - static_cast<float>(m.mean);
            if (s_.rule == SheetRule::mean) {
                add_term(j, x, 1, x / static_cast<float>(a_->cols));
            } else {
                add_term(j, away, away, away * away / static_cast<float>(a_->cols));
            }
        }
        Formula line = name();
        if (s_.rule == SheetRule::mean) {
            out_.recomputed = static_cast<float>(m.mean);
            line.text("Σ x / " + n + " = ");
        } else {
            out_.recomputed = static_cast<float>(std::sqrt(m.variance + static_cast<double>(s_.constant)));
            line.text("√(Σ (x − μ)").raised("2").text(" / " + n + (s_.constant > 0 ? " + ε" : "") + ") = √");
            line.number(static_cast<float>(m.variance + static_cast<double>(s_.constant))).text(" = ");
        }
        result(std::move(line));
        source(s_.a, {row_, -1});
    }

    void normalized() {
        const float x = a_->at(row_, col_);
        const Moments own = moments();
        const Sheet* deviations = sheet_or_null(s_.c);
        const float mean = b_ == nullptr ? static_cast<float>(own.mean) : b_->at(row_, 0);
        const float deviation =
            deviations == nullptr ? static_cast<float>(std::sqrt(own.variance)) : deviations->at(row_, 0);
        out_.recomputed = (x - mean) / (deviation + s_.constant);
        Formula line = name();
        line.text("(").number(x).text(" − ").number(mean).text(") / ");
        if (s_.constant > 0) {
            line.text("(").number(deviation).text(" + " + shortest(s_.constant) + ")");
        } else {
            line.number(deviation);
        }
        const Sheet* gamma = sheet_or_null(s_.d);
        const Sheet* beta = sheet_or_null(s_.e);
        if (gamma != nullptr && beta != nullptr) {
            const float g = gamma->at(0, col_), added = beta->at(0, col_);
            out_.recomputed = out_.recomputed * g + added;
            line.text(" · ").number(g).text(added < 0 ? " − " : " + ").number(std::abs(added));
        }
        result(std::move(line.text(" = ")));
        source(s_.a, {row_, col_});
        source(s_.b, {row_, 0});
        source(s_.c, {row_, 0});
        source(s_.d, {0, col_});
        source(s_.e, {0, col_});
    }

    void relu() {
        const float x = a_->at(row_, col_);
        out_.recomputed = std::max(0.0F, x);
        result(std::move(name().text("max(0, ").number(x).text(") = ")));
        source(s_.a, {row_, col_});
    }

    void moved() {
        if (s_.rule == SheetRule::flatten) {
            out_.recomputed = a_->at(col_ / a_->cols, col_ % a_->cols);
            source(s_.a, {col_ / a_->cols, col_ % a_->cols});
        } else {
            const int width = static_cast<int>(s_.constant);
            const std::string id = a_ != nullptr ? s_.a : s_.a + std::to_string(col_ / width + 1);
            out_.recomputed = find_(id)->at(row_, col_ % width);
            source(id, {row_, col_ % width});
        }
        Formula line = name();
        const Source& from = out_.sources.back();
        line.text(from.symbol.substr(0, from.symbol.find('_')) + "[" + std::to_string(from.indices[0]) + ", " +
                  std::to_string(from.indices[1]) + "] = ");
        result(std::move(line));
    }

    void part() {
        const float left = a_->at(0, row_), right = b_->at(row_, col_);
        out_.recomputed = left * right;
        Formula line = name();
        result(std::move(line.number(left).text("·").number(right).text(" = ")));
        source(s_.a, {0, row_});
        source(s_.b, {row_, col_});
    }

    void best() {
        int top = 0;
        for (int j = 1; j < a_->cols; ++j) {
            if (a_->at(row_, j) > a_->at(row_, top)) top = j;
        }
        out_.recomputed = static_cast<float>(top);
        Formula line = name();
        line.text("argmax = " + label_of(a_->col_labels, top) + " (").number(a_->at(row_, top)).text("): ");
        result(std::move(line));
        source(s_.a, {row_, top});
    }

    void count() {
        std::set<std::string> different;
        int all = 0;
        for (std::string word : a_->words) {
            if (word.empty()) continue;
            ++all;
            if (s_.constant == 1) {
                for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            }
            different.insert(std::move(word));
        }
        out_.recomputed = static_cast<float>(col_ == 0 ? all : static_cast<int>(different.size()));
        result(std::move(name().text(col_ == 0 ? "count(N) = " : "count(set(N)) = ")));
        source(s_.a, {-1, -1});
    }

    void visible() {
        for (int i = 0; i < b_->rows; ++i) {
            const int at = s_.row_ids[static_cast<std::size_t>(i)];
            add_term(at, a_->at(0, at), b_->at(i, col_), a_->at(0, at) * b_->at(i, col_));
        }
        out_.recomputed = summed();
        if (std::isnan(out_.recomputed)) {  // a column that no figure shows
            out_.terms.clear();
            out_.lines.push_back(name().text("?").take());
            return;
        }
        result(std::move(name().text("Σ " + a_->symbol + " · W ≥ ")));
        out_.terms_title = Formula().text(a_->symbol).lowered("i").text(" W").lowered("i").take();
        source(s_.a, {0, -1});
        source(s_.b, {-1, col_});
    }

    const Sheet& s_;
    int row_, col_;
    const FindSheet& find_;
    const Sheet *a_, *b_;
    Explanation out_;
};

}  // namespace

bool has_rule(const Sheet& sheet, const FindSheet& find) {
    switch (sheet.rule) {
        case SheetRule::input:
        case SheetRule::shown:
            return false;
        case SheetRule::position:
        case SheetRule::own_position:
            return true;
        case SheetRule::columns:
            return find(sheet.a) != nullptr || find(sheet.a + "1") != nullptr;
        default:
            break;
    }
    for (const std::string* id : {&sheet.a, &sheet.b, &sheet.c, &sheet.d, &sheet.e}) {
        if (!id->empty() && find(*id) == nullptr) return false;
    }
    return true;
}

Explanation explain_cell(const Sheet& sheet, int row, int col, const FindSheet& find) {
    CHECK(row >= 0 && row < sheet.rows && col >= 0 && col < sheet.cols);
    return CellExplainer(sheet, row, col, find).run();
}

}  // namespace headlight::interpret
