using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Features;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Cli.Benchmarks.Search;

/// <summary>An engine that holds a set's documents: every figure comes from the features that a served request has.</summary>
internal sealed class JudgedIndex : IAsyncDisposable
{
    private const string VerticalName = "judged";
    private const int BatchItems = 4096;
    private readonly EngineRuntime _runtime;
    private readonly VerticalSnapshot _market;
    private readonly FeatureScope _scope;
    private readonly QueryNormalizer _queries;
    private readonly Item[] _items;
    private readonly DocumentVectors? _vectors;

    private JudgedIndex(EngineRuntime runtime, VerticalSnapshot market, Item[] items, DocumentVectors? vectors)
    {
        (_runtime, _market, _items, _vectors) = (runtime, market, items, vectors);
        _scope = new FeatureScope(market.Vertical.Counters);
        _queries = new QueryNormalizer(market.Vertical.Analyzer);
    }

    /// <summary>The features, in the order of every row.</summary>
    public IReadOnlyList<string> FeatureNames => _market.Vertical.FeatureNames;

    /// <summary>The feature that says how near a document's vector is to the query's; null when the vertical has none.</summary>
    public string? VectorScore => _vectors is null ? null : FeatureNames.FirstOrDefault(name => name == $"vectorScore.{_vectors.Attribute}");

    /// <summary>Number of documents.</summary>
    public int DocumentCount => _items.Length;

    /// <summary>Starts an engine over documents.</summary>
    /// <param name="folder">An empty folder for its files.</param>
    /// <param name="vertical">The vertical's file, as text; it names the vertical <c>judged</c>.</param>
    /// <param name="documents">The documents.</param>
    /// <param name="seed">Seeds the encoder of their texts.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<JudgedIndex> StartAsync(string folder, string vertical, IReadOnlyList<JudgedDocument> documents, ulong seed, CancellationToken cancellationToken)
    {
        var data = new DataDirectory(folder);
        Directory.CreateDirectory(data.Verticals);
        await File.WriteAllTextAsync(Path.Combine(data.Verticals, "judged.yaml"), vertical, cancellationToken);
        var runtime = EngineAccess.Start(folder, new EngineOptions { PublishIntervalMs = 1000 });
        if (!runtime.Snapshot.Verticals.TryGetValue(VerticalName, out var empty))
        {
            await runtime.DisposeAsync();
            throw new UsageException($"the vertical's file must say 'vertical: {VerticalName}'");
        }

        var vectors = DocumentVectors.Learn(empty.Vertical, documents, seed, cancellationToken);
        var sequence = 0L;
        foreach (var batch in documents.Select(EntryOf).Chunk(BatchItems))
        {
            sequence = (await runtime.Writer.AppendAndWaitAsync(batch, cancellationToken)).LastSequence;
        }

        await runtime.WaitForAsync(sequence, cancellationToken);
        var market = runtime.Snapshot.Verticals[VerticalName];
        return new JudgedIndex(runtime, market, [.. documents.Select((_, number) => market.Find(IdOf(number))!)], vectors);

        PendingEntry EntryOf(JudgedDocument document, int number) => Put(document, number, vectors?.Of(document));
    }

    /// <summary>Computes every feature of a query's candidates.</summary>
    /// <param name="query">The query.</param>
    /// <param name="documents">The candidates.</param>
    /// <param name="values">Receives them row by row, shape [documents x features].</param>
    public void Compute(string query, ReadOnlySpan<int> documents, Span<float> values)
    {
        Begin(query, documents);
        var features = _market.Vertical.Features;
        var column = new float[documents.Length];
        for (var feature = 0; feature < features.Count; feature++)
        {
            features[feature].Compute(_scope, column);
            for (var row = 0; row < column.Length; row++)
            {
                values[(row * features.Count) + feature] = column[row];
            }
        }
    }

    /// <summary>Computes one feature of a query's candidates, shape [documents].</summary>
    public void Compute(string feature, string query, ReadOnlySpan<int> documents, Span<float> values)
    {
        Begin(query, documents);
        _market.Vertical.Features.Single(candidate => candidate.Name == feature).Compute(_scope, values);
    }

    /// <summary>Stops the engine.</summary>
    public ValueTask DisposeAsync() => _runtime.DisposeAsync();

    private void Begin(string query, ReadOnlySpan<int> documents)
    {
        _scope.Begin(_market.Market, nowMs: 0, user: -1, userId: null, region: null, _queries.Normalize(query));
        _scope.ServeText(_market.Vertical.Analyzer, query);
        _vectors?.Serve(_scope, query);
        foreach (var document in documents)
        {
            _scope.Add(_items[document]);
        }
    }

    private static string IdOf(int number) => $"d{number}";

    private static PendingEntry Put(JudgedDocument document, int number, NamedValue? vector)
    {
        List<NamedValue> attributes = [new("title", AttributeValue.Of(document.Title))];
        foreach (var (name, text) in new[] { ("description", document.Description), ("attributes", document.Attributes), ("brand", document.Brand) })
        {
            if (text is not null)
            {
                attributes.Add(new NamedValue(name, AttributeValue.Of(text)));
            }
        }

        if (vector is { } known)
        {
            attributes.Add(known);
        }

        var writer = new ByteWriter();
        new ItemChange { Id = new ItemId(IdOf(number)), Kind = ItemChangeKind.Put, AtMs = 0, Vertical = VerticalName, Attributes = attributes }.Write(writer);
        return new PendingEntry(EntryKind.ItemPut, writer.ToArray());
    }
}
