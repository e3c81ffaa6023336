using System.IO.Compression;
using System.Text;
using Vitrina.JourneyTests.Running;
using Vitrina.Kernels.Chance;

namespace Vitrina.JourneyTests;

/// <summary>Whatever stands in files, the importer names the lines and ends in order.</summary>
public class ImportGarbageTests
{
    private const string Mapping = """
        vertical: goods
        files:
          - path: "listings.FORM"
            kind: items
            columns:
              id: id
              at: {constant: 2026-05-05T00:00:00Z}
              seller: seller
              attributes.title: title
              attributes.category: category
              attributes.price: price
        """;

    [Fact]
    public async Task No_garbage_in_files_makes_the_importer_fail_in_disorder()
    {
        using var folder = new TemporaryFolder();
        var random = RandomStream.For(31, "files");
        var runs = FullRun.Or(14, 300);
        var refused = 0L;
        for (var run = 0; run < runs; run++)
        {
            var source = folder.At($"run-{run}");
            Directory.CreateDirectory(source);
            string[] arguments = (run % 7) switch
            {
                0 or 1 => await LinesAsync(source, run: run, isCompressed: false),
                2 => await LinesAsync(source, run: run, isCompressed: true),
                3 => Table(source, "csv", ',', ref random, mutateMapping: false),
                4 => Table(source, "tsv", '\t', ref random, mutateMapping: false),
                5 => Table(source, "jsonl", ' ', ref random, mutateMapping: false),
                _ => Table(source, "csv", ';', ref random, mutateMapping: true),
            };
            var outcome = await CommandLine.RunAsync(["import", .. arguments, "--data", folder.At("data"), "--json"]);
            Assert.True(outcome.ExitCode is 0 or 1 or 2, $"exit code {outcome.ExitCode}\n{outcome.Output}\n{outcome.Errors}");
            Assert.DoesNotContain("Unhandled exception", outcome.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
            refused += Refusals(outcome);
        }

        (await CommandLine.RunAsync("status", "--data", folder.At("data"), "--json")).Expect(0).Json();
        Figures.Print($"importer: {runs} garbled inputs, {refused} lines refused by name");
        Assert.True(refused > 0, "no line was refused: the garbage was too mild");
    }

    private static long Refusals(Outcome outcome)
    {
        if (outcome.Output.Length == 0)
        {
            Assert.NotEqual("", outcome.Errors);
            return 0;
        }

        var report = outcome.Json();
        foreach (var line in report.GetProperty("refusedLines").EnumerateArray())
        {
            Assert.True(line.Number("line") > 0);
            Assert.NotEqual("", line.Text("why"));
        }

        return report.Number("refused");
    }

    private static async Task<string[]> LinesAsync(string source, int run, bool isCompressed)
    {
        var random = RandomStream.For(31, "lines", (ulong)run);
        foreach (var name in new[] { "items.jsonl", "users.jsonl", "events.jsonl", "rankings.jsonl", "features.jsonl" })
        {
            var text = string.Join('\n', File.ReadLines(Path.Combine(await SmallWorld.HistoryAsync(), name)).Take(40));
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var i = 0; i < 3; i++)
            {
                bytes = Mutation.Of(bytes, ref random);
            }

            if (!isCompressed)
            {
                await File.WriteAllBytesAsync(Path.Combine(source, name), bytes);
                continue;
            }

            using var memory = new MemoryStream();
            using (var gzip = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true))
            {
                gzip.Write(bytes);
            }

            var packed = memory.ToArray();
            await File.WriteAllBytesAsync(Path.Combine(source, name + ".gz"), random.NextBool(0.5) ? Mutation.Of(packed, ref random) : packed);
        }

        return [source];
    }

    private static string[] Table(string source, string form, char separator, ref RandomStream random, bool mutateMapping)
    {
        var rows = new StringBuilder();
        if (form != "jsonl")
        {
            rows.AppendJoin(separator, "id", "seller", "title", "category", "price").Append('\n');
        }

        for (var i = 0; i < 50; i++)
        {
            if (form == "jsonl")
            {
                rows.Append("{\"id\": \"r-").Append(i).Append("\", \"seller\": \"s\", \"title\": \"Чайник\", \"category\": \"чайники\", \"price\": ").Append(i).Append("}\n");
            }
            else
            {
                rows.AppendJoin(separator, $"r-{i}", "s", "\"Чайник, большой\"", "чайники", i).Append('\n');
            }
        }

        var bytes = Encoding.UTF8.GetBytes(rows.ToString());
        var mapping = Encoding.UTF8.GetBytes(Mapping.Replace("FORM", form, StringComparison.Ordinal));
        for (var i = 0; i < 4; i++)
        {
            bytes = mutateMapping ? bytes : Mutation.Of(bytes, ref random);
        }

        File.WriteAllBytes(Path.Combine(source, "listings." + form), bytes);
        File.WriteAllBytes(Path.Combine(source, "mapping.yaml"), mutateMapping ? Mutation.Of(mapping, ref random) : mapping);
        return [source, "--mapping", Path.Combine(source, "mapping.yaml")];
    }
}
