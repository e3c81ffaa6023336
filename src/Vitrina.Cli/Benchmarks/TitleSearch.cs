using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Language;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Benchmarks;

/// <summary>An index over titles in memory, searched as the engine searches: the same reading of queries, the same index, nothing behind it. For one thread.</summary>
internal sealed class TitleSearch
{
    // A freeze merges what came since the last one: large steps build faster, small ones need less memory at once.
    private const int TitlesPerFreeze = 65_536;

    private readonly TextSnapshot _text;
    private readonly VocabularyView _vocabulary;
    private readonly QueryRewriter _rewriter;
    private readonly QueryWriter _writer;
    private readonly TextQuery _query = new();
    private readonly TextSearchScratch _scratch = new();

    private TitleSearch(TextAnalyzer analyzer, TextSnapshot text, VocabularyView vocabulary) =>
        (_text, _vocabulary, _rewriter, _writer) = (text, vocabulary, new QueryRewriter(analyzer), new QueryWriter(analyzer));

    /// <summary>Indexes titles by their number.</summary>
    public static TitleSearch Build(IReadOnlyList<string> titles, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var analyzer = new TextAnalyzer(["ru", "en"]);
        var index = new TextIndex(analyzer, new TextIndexOptions { IsMergingSynchronous = true });
        var vocabulary = new Vocabulary();
        for (var item = 0; item < titles.Count; item++)
        {
            index.Put(item, [titles[item]]);
            vocabulary.Count(titles[item], 1);
            if ((item + 1) % TitlesPerFreeze == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                index.Freeze();
                progress.Report((double)item / titles.Count);
            }
        }

        return new TitleSearch(analyzer, index.Freeze(), vocabulary.Freeze());
    }

    /// <summary>The best titles for a query, best first.</summary>
    public List<(int Item, float Score)> Search(string text, QueryDeclaration helps, int limit)
    {
        var parsed = ParsedQuery.Parse(text);
        _writer.Write(_query, _rewriter.Rewrite(parsed.FreeWords, helps, _vocabulary, _text).Parts, parsed);
        Span<int> ordinals = stackalloc int[limit];
        Span<float> scores = stackalloc float[limit];
        var count = _text.Search(_query, new AnyItem(), limit, _scratch, ordinals, scores);
        var found = new List<(int, float)>(count);
        for (var i = 0; i < count; i++)
        {
            found.Add((ordinals[i], scores[i]));
        }

        return found;
    }
}
