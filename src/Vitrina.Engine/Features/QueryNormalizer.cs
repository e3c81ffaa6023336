using Vitrina.Engine.Language;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Features;

/// <summary>Brings queries into the form that statistics are keyed by, remembering the recent ones.</summary>
/// <remarks>Not thread-safe; the writer and each request have their own.</remarks>
public sealed class QueryNormalizer(TextAnalyzer analyzer)
{
    // Queries repeat (Zipf): a few thousand remembered ones answer most; the memory is dropped whole when full.
    private const int Remembered = 8192;
    private const int MaxRememberedLength = 200;
    private readonly Dictionary<string, NormalizedQuery> _recent = new(StringComparer.Ordinal);

    /// <summary>The hash of the normalised query; 0 without a query.</summary>
    public ulong HashOf(string? query) => string.IsNullOrWhiteSpace(query) ? 0 : Normalize(query).Hash;

    /// <summary>The normalised query.</summary>
    public NormalizedQuery Normalize(string? query)
    {
        if (string.IsNullOrWhiteSpace(query))
        {
            return NormalizedQuery.None;
        }

        if (_recent.TryGetValue(query, out var normalized))
        {
            return normalized;
        }

        var text = analyzer.NormalizeQuery(query);
        normalized = text.Length == 0 ? NormalizedQuery.None : new NormalizedQuery(text, Hash.Of64(text) | 1, text.AsSpan().Count(' ') + 1) { Typed = query };
        if (query.Length <= MaxRememberedLength)
        {
            if (_recent.Count == Remembered)
            {
                _recent.Clear();
            }

            _recent[query] = normalized;
        }

        return normalized;
    }
}
