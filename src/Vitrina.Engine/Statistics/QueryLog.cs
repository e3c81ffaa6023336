using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics;

/// <summary>A query that people asked.</summary>
/// <param name="Text">As it was typed last, without spaces around it, in lower case.</param>
/// <param name="Count">Answers that showed something, decayed to <paramref name="AtMs"/>.</param>
/// <param name="AtMs">When it was asked last, Unix milliseconds.</param>
public sealed record AskedQuery(string Text, double Count, long AtMs)
{
    /// <summary>The count, decayed to a moment.</summary>
    public double CountAt(long nowMs, double halfLifeMs) => Count * double.Exp2(-Math.Max(0, nowMs - AtMs) / halfLifeMs);
}

/// <summary>Counts the queries that found something, by their normalised form: what suggestions are made of. One writer; readers use the views that <see cref="Freeze"/> returns.</summary>
/// <remarks>Counts decay and are updated in sequence order, never merged. Bounded: when it is full, queries that it does not hold are left out.</remarks>
internal sealed class QueryLog(TimeSpan halfLife)
{
    /// <summary>Distinct queries at most.</summary>
    public const int MaxQueries = 200_000;

    /// <summary>Longer queries are not counted: nobody types a suggestion of that length.</summary>
    public const int LongestQuery = 80;

    private readonly SymbolTable _keys = new();
    private readonly PagedArray<AskedQuery> _queries = new();

    /// <summary>Counts an answer.</summary>
    /// <param name="key">The normalised query.</param>
    /// <param name="text">The query as it was typed.</param>
    /// <param name="atMs">When, Unix milliseconds.</param>
    public void Add(string key, string text, long atMs)
    {
        text = text.Trim().ToLowerInvariant();
        if (key.Length == 0 || text.Length is 0 or > LongestQuery || (_keys.Count == MaxQueries && _keys.Find(key) < 0))
        {
            return;
        }

        var ordinal = _keys.GetOrAdd(key);
        if (ordinal == _queries.Count)
        {
            _queries.Add(new AskedQuery(text, 1, atMs));
            return;
        }

        var before = _queries[ordinal];
        var latest = Math.Max(before.AtMs, atMs);
        var count = before.CountAt(latest, halfLife.TotalMilliseconds) + double.Exp2(-(latest - atMs) / halfLife.TotalMilliseconds);
        _queries.Edit(ordinal) = new AskedQuery(text, count, latest);
    }

    /// <summary>The content of this moment, for any number of readers.</summary>
    public PagedView<AskedQuery> Freeze() => _queries.Freeze();

    /// <summary>Writes all queries.</summary>
    public void Save(ByteWriter writer)
    {
        writer.WriteVarUInt((ulong)_queries.Count);
        for (var ordinal = 0; ordinal < _queries.Count; ordinal++)
        {
            writer.WriteString(_keys[ordinal]);
            writer.WriteString(_queries[ordinal].Text);
            writer.WriteUInt64(BitConverter.DoubleToUInt64Bits(_queries[ordinal].Count));
            writer.WriteVarInt(_queries[ordinal].AtMs);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote, into an empty log.</summary>
    public void Load(ref ByteReader reader)
    {
        for (var left = reader.ReadCount(11); left > 0; left--)
        {
            _keys.GetOrAdd(reader.ReadString());
            _queries.Add(new AskedQuery(reader.ReadString(), BitConverter.UInt64BitsToDouble(reader.ReadUInt64()), reader.ReadVarInt()));
        }
    }
}
