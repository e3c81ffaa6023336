// hnswlib on the vectors of a folder. Arguments: folder, dimension, M, efConstruction. Builds, prints "SECONDS BYTES_PER_VECTOR"; then answers each
// line "EF" on the standard input with "RECALL QPS" of one pass over the queries, until the input ends. One thread.
#include <hnswlib/hnswlib.h>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

using Clock = std::chrono::steady_clock;

template <class T> static std::vector<T> read(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    std::vector<T> values(static_cast<size_t>(file.tellg()) / sizeof(T));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(values.data()), values.size() * sizeof(T));
    return values;
}

int main(int, char** arguments) {
    const std::string folder = std::string(arguments[1]) + "/";
    const size_t dimension = std::stoul(arguments[2]), wanted = 10;
    const auto base = read<float>(folder + "vec_base.f32"), queries = read<float>(folder + "vec_query.f32");
    const auto truth = read<int>(folder + "vec_gt10.i32");
    const size_t count = base.size() / dimension, queryCount = queries.size() / dimension;
    hnswlib::L2Space space(dimension);
    hnswlib::HierarchicalNSW<float> index(&space, count, std::stoul(arguments[3]), std::stoul(arguments[4]), 100);
    auto started = Clock::now();
    for (size_t i = 0; i < count; i++) index.addPoint(&base[i * dimension], i);
    double seconds = std::chrono::duration<double>(Clock::now() - started).count(), upper = 0;
    for (size_t i = 0; i < count; i++) upper += index.element_levels_[i] * static_cast<double>(index.size_links_per_element_);
    std::printf("%.3f %.1f\n", seconds, index.size_data_per_element_ + upper / count + sizeof(char*) + sizeof(int));
    std::fflush(stdout);
    for (unsigned ef; std::scanf("%u", &ef) == 1;) {
        index.setEf(ef);
        size_t hits = 0;
        started = Clock::now();
        for (size_t i = 0; i < queryCount; i++) {
            for (auto found = index.searchKnn(&queries[i * dimension], wanted); !found.empty(); found.pop())
                for (size_t j = 0; j < wanted; j++) hits += truth[i * wanted + j] == static_cast<int>(found.top().second);
        }
        seconds = std::chrono::duration<double>(Clock::now() - started).count();
        std::printf("%.5f %.1f\n", static_cast<double>(hits) / (queryCount * wanted), queryCount / seconds);
        std::fflush(stdout);
    }
}
