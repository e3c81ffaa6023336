using System.Globalization;
using System.IO.Compression;
using Vitrina.Learning.Recommending;

namespace Vitrina.Cli.Benchmarks;

/// <summary>Writes re-ranked lists for scoring outside: gzip, a line per candidate, <c>query, candidate, score</c> between tabs, best first.</summary>
internal sealed class RecommendRunFile(string path, bool isRefit) : IDisposable
{
    private const int Places = 100;
    private readonly StreamWriter _text = new(new GZipStream(File.Create(path), CompressionLevel.Fastest));

    /// <summary>Takes the lists of a task's tests; those of the other refit are passed over, unless the task has one test.</summary>
    public ListReceiver ReceiverOf(RecommendTask task) => (test, query, list) =>
    {
        if (test.IsRefit != isRefit && task.Tests.Count > 1)
        {
            return;
        }

        foreach (var (item, score) in list.Take(Places))
        {
            _text.Write(query.Name);
            _text.Write('\t');
            _text.Write(task.ItemNames[item]);
            _text.Write('\t');
            _text.Write(score.ToString("R", CultureInfo.InvariantCulture));
            _text.Write('\n');
        }
    };

    public void Dispose() => _text.Dispose();
}
