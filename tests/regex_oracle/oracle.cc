/*
 * Compares the engine for regular expressions with RE2: whether a text is a pattern, whether and where it matches first,
 * and where its groups lie. A table of hard patterns, then patterns and texts made from a fixed seed.
 * usage: oracle [PATTERNS [SEED]]; prints TAP
 *
 * Left out on purpose: what RE2 has and Go lacks (\C), the reverse ((?<name>, two groups of one name), texts that are not
 * UTF-8 (RE2 lets nothing match there, Go one character), and \B beside characters of several bytes, inside of which RE2
 * finds it.
 */
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <re2/re2.h>

#include "engine.h"

namespace
{
const size_t kPlaces = 400;

class Random
{
  public:
    explicit Random(uint64_t seed) : state_(seed)
    {
    }
    size_t Below(size_t n)
    {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        return static_cast<size_t>(state_ >> 33) % n;
    }
    template <size_t N> const char *Pick(const char *const (&list)[N])
    {
        return list[Below(N)];
    }

  private:
    uint64_t state_;
};

const char *const kAtoms[] = {
    "a",     "b",     "c",       "ab",      "x",          "k",         ".",        "[ab]",  "[^a]",  "[a-c]",
    "\\d",   "\\w",   "\\W",     "\\s",     "\\S",        "\\D",       "\\b",      "\\B",   "^",     "$",
    "\\A",   "\\z",   "(?i)",    "(?m)",    "(?s)",       "(?U)",      "(?-i)",    "é",     "\\pL",  "\\PL",
    "\\n",   "[\\n]", "-",       "()",      "|",          "(?:)",      "(?i:K)",   "ſ",     "1",     "_",
    " ",     "\\.",   "\\x{e9}", "[k-é]",   "[[:alpha:]]", "\\p{Greek}", "(?i:[^k])", "(?i:ß)", "\\Qa.b\\E", "[^[:^alpha:]\\d]"};
const char *const kRepeats[] = {"*", "+", "?", "{2}", "{0,2}", "{1,}", "{2,3}", "{0}", "*", "+", "?", "{3,}"};
const char *const kBroken[] = {"(",   ")",      "[",       "*",     "a**",   "(?",      "(?P<n>", "[a",     "\\p",
                               "\\p{", "\\p{X}", "(?z)",    "\\8",   "\\x",   "[b-a]",   "{2}{3}", "[[:no:]]", "(?=a)",
                               "\\é", "x{1001}", "(x{40}){30}", "a{2,1}", "(?i", "[a-\\d]", "\\x{110000}"};
const char *const kTexts[] = {"a", "b", "c", "a", "b", "x", "k", "K", "1", "_", " ", "\n", "é", "É", "\u212a", "s", "ſ", "-",
                              "α", ".", "S", "ß", "ẞ"};

std::string MakePattern(Random *r, int depth)
{
    std::string out;
    size_t parts = 1 + r->Below(depth > 3 ? 2 : 4);
    for (size_t i = 0; i < parts; i++) {
        size_t kind = r->Below(10);
        if (kind < 6 || depth > 4)
            out += r->Pick(kAtoms);
        else if (kind < 8)
            out += "(" + MakePattern(r, depth + 1) + ")";
        else if (kind < 9)
            out += "(?:" + MakePattern(r, depth + 1) + ")";
        else
            out += "(?:" + MakePattern(r, depth + 1) + "|" + MakePattern(r, depth + 1) + ")";
        if (r->Below(3) == 0)
            out += r->Pick(kRepeats) + std::string(r->Below(3) == 0 ? "?" : "");
        if (r->Below(8) == 0)
            out += "|";
    }
    if (r->Below(80) == 0)
        out += r->Pick(kBroken);
    return out;
}

std::string MakeText(Random *r)
{
    std::string out;
    for (size_t n = r->Below(12); n > 0; n--)
        out += r->Pick(kTexts);
    return out;
}

bool IsAscii(const std::string &text)
{
    for (char c : text)
        if ((static_cast<unsigned char>(c) & 0x80) != 0)
            return false;
    return true;
}

std::string Show(bool matched, const std::vector<size_t> &places)
{
    std::string out = matched ? "match" : "no match";
    for (size_t i = 0; matched && i < places.size(); i++)
        out += " " + (places[i] == SIZE_MAX ? std::string("-") : std::to_string(places[i]));
    return out;
}

std::string AskRe2(const RE2 &re, const std::string &text, size_t from)
{
    int groups = 1 + re.NumberOfCapturingGroups();
    std::vector<re2::StringPiece> found(static_cast<size_t>(groups));
    std::vector<size_t> places;
    bool matched = re.Match(text, from, text.size(), RE2::UNANCHORED, found.data(), groups);
    for (const re2::StringPiece &piece : found) {
        size_t at = piece.data() == nullptr ? SIZE_MAX : static_cast<size_t>(piece.data() - text.data());
        places.push_back(at);
        places.push_back(at == SIZE_MAX ? SIZE_MAX : at + piece.size());
    }
    return Show(matched, places);
}

std::string AskOurs(const std::string &pattern, const std::string &text, size_t from)
{
    std::vector<size_t> places(kPlaces);
    size_t groups = 0;
    switch (engine_find(pattern.data(), pattern.size(), text.data(), text.size(), from, places.data(), kPlaces, &groups)) {
    case ENGINE_REFUSED:
        return "refused";
    case ENGINE_LIMIT:
        return "limit";
    case ENGINE_TORN:
        return "automaton and threads disagree";
    case ENGINE_NO:
        return Show(false, places);
    case ENGINE_YES:
        break;
    }
    places.resize(2 * (groups + 1));
    return Show(true, places);
}

size_t differences = 0;
size_t compared = 0;
size_t matches = 0;

void Compare(const RE2 &re, const std::string &pattern, const std::string &text, size_t from)
{
    std::string want = re.ok() ? AskRe2(re, text, from) : "refused";
    std::string have = AskOurs(pattern, text, from);
    compared++;
    matches += want.compare(0, 5, "match") == 0;
    if (want == have)
        return;
    if (++differences <= 20)
        std::printf("# pattern '%s', text '%s' from %zu\n#   RE2:  %s\n#   ours: %s\n", pattern.c_str(), text.c_str(), from,
                    want.c_str(), have.c_str());
}

RE2::Options Quiet()
{
    RE2::Options options;
    options.set_log_errors(false);
    return options;
}

/* A place between two characters. */
size_t MakeFrom(Random *r, const std::string &text)
{
    size_t from = r->Below(4) != 0 ? 0 : r->Below(text.size() + 1);
    while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xc0) == 0x80)
        from++;
    return from;
}

void RunGenerated(size_t patterns, uint64_t seed)
{
    Random r(seed);
    for (size_t i = 0; i < patterns; i++) {
        std::string pattern = MakePattern(&r, static_cast<int>(r.Below(5)));
        RE2 re(pattern, Quiet());
        if (static_cast<size_t>(re.NumberOfCapturingGroups() + 1) * 2 > kPlaces)
            continue;
        for (int k = 0; k < 4; k++) {
            std::string text = MakeText(&r);
            if (pattern.find("\\B") != std::string::npos && !IsAscii(text))
                continue;
            Compare(re, pattern, text, MakeFrom(&r, text));
        }
    }
}

struct Hard {
    const char *pattern;
    std::vector<std::string> texts;
};

std::string Times(const char *text, size_t n)
{
    std::string out;
    while (n-- > 0)
        out += text;
    return out;
}

void RunHard()
{
    const Hard rows[] = {
        {"(a*)*b", {Times("a", 5000), "b", "aab"}},
        {"(a|a)*$", {Times("a", 5000), "aab"}},
        {"(a|aa)+$", {Times("a", 3000) + "!", "aaa"}},
        {"(a*)+", {"b", "aab", ""}},
        {"(a*?)*?b", {"aab"}},
        {"(|a)*", {"aa"}},
        {"(|a)+", {"aa"}},
        {"(a|)+", {"aa"}},
        {"(a?)*?$", {"aa"}},
        {"((a*)|b)*", {"aabb"}},
        {"(?:(a)|(b)|(c))*", {"abc", "cba"}},
        {"(a+)(b+)?", {"ab", "a"}},
        {"(.*)(.*)(.*)x", {Times("ab", 400), "abx"}},
        {"^(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\\?([^#]*))?(#(.*))?", {"http://a.b/c?d=e#f", "x", ""}},
        {"(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})", {"at 10.0.200.3 now", "1.2.3"}},
        {"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", {"a.example.com", "-a.com", Times("a", 64) + ".com"}},
        {"^/run/kata-containers/shared/containers/[a-z0-9]{64}-[a-z0-9]{16}-(.*)$",
         {"/run/kata-containers/shared/containers/" + Times("0f", 32) + "-" + Times("a1", 8) + "-hosts"}},
        {"(?i)(?:select|insert)\\s+(\\w+)", {"x SELECT  foo", "inſert bar"}},
        {"(x{31}){31}", {Times("x", 961), Times("x", 960)}},
        {"x{1000}", {Times("x", 1000), Times("x", 999)}},
        {"[ab]*a[ab]{14}c", {Times("ab", 300) + "c", Times("b", 600) + "c"}},
        {"\\b\\w+\\b", {"  é a1 ", "", "é"}},
        {"\\B", {"a", "ab", "", "é"}},
        {"(?m)^(.*)$", {"\n", "a\nb", ""}},
        {"(?m)(^|x)(y|$)", {"a\nx", "xy\n"}},
        {"(?s).(?-s).", {"\n\n", "\na"}},
        {"(?i)[^\\x00-\\x7f]", {"K", "\u212a", "s", "ſ"}},
        {"(?i)\\w", {"ſ", "\u212a"}},
        {"(?i)σ+", {"σςΣ"}},
        {"[^\\PN]+", {"a1²٣", "x"}},
        {"[^[:ascii:]]+", {"aéb"}},
        {"\\x{10FFFF}", {"\U0010FFFF", "a"}},
        {"[\\x{10000}-\\x{10FFFF}]", {"\U0001F600", "\uffff"}},
        {"a{,2}", {"a{,2}", "aa"}},
        {"(a{0}b{0,1}c{2}){2,3}?", {"bccccbcc"}},
        {"(?U)(a+)(a+?)", {"aaaa"}},
        {"\\Q.+\\E+", {"x.++"}},
        {"(((((((((((((((((((((((((((a)))))))))))))))))))))))))))", {"a"}},
    };
    for (const Hard &row : rows) {
        RE2 re(row.pattern, Quiet());
        for (const std::string &text : row.texts)
            Compare(re, row.pattern, text, 0);
    }
}
} // namespace

int main(int argc, char **argv)
{
    size_t patterns = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 6000;
    uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 20260101;
    std::printf("1..2\n");
    RunHard();
    std::printf("%sok 1 - hard patterns\n", differences == 0 ? "" : "not ");
    size_t before = differences;
    RunGenerated(patterns, seed);
    std::printf("# %zu compared, %zu of them match, %zu differ\n", compared, matches, differences);
    std::printf("%sok 2 - generated patterns\n", differences == before && matches * 5 > compared ? "" : "not ");
    return differences == 0 ? 0 : 1;
}
