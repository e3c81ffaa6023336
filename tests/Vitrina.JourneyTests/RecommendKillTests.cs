using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using Vitrina.JourneyTests.Running;

namespace Vitrina.JourneyTests;

/// <summary>Answers for everybody, written by processes that are killed in the middle.</summary>
public class RecommendKillTests
{
    private const int People = 80_000;
    private const int Kills = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_batch_that_is_killed_again_and_again_ends_in_the_file_of_one_that_was_not()
    {
        using var folder = new TemporaryFolder();
        var (data, users) = (folder.At("data"), folder.At("users.txt"));
        (await CommandLine.RunAsync("import", await SmallWorld.HistoryAsync(), "--data", data, "--json")).Expect(0);
        await File.WriteAllLinesAsync(users, Enumerable.Range(0, People).Select(person => $"u{person:d6}"), TestContext.Current.CancellationToken);
        string[] Arguments(string output) => ["recommend", "--surface", "groups", "--users", users, "--out", output, "--size", "10", "--data", data, "--json"];
        var (whole, torn) = (folder.At("whole.csv.gz"), folder.At("torn.csv.gz"));
        (await CommandLine.RunAsync(Arguments(whole))).Expect(0);
        var done = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            done = await KillBehindAsync(done, torn, Arguments(torn));
            Assert.False(File.Exists(torn));
        }

        var last = (await CommandLine.RunAsync(Arguments(torn))).Expect(0).Json();
        Assert.InRange(last.Number("resumed"), done, People - 1);
        Assert.Equal(People, last.Number("users"));
        Assert.True(Read(whole).SequenceEqual(Read(torn)), "the file of the killed runs differs");
        Assert.False(File.Exists(torn + ".part") || File.Exists(torn + ".progress"));
    }

    // SIGKILL while the part behind the last durable one is made: at another point of it each time.
    private static async Task<int> KillBehindAsync(int done, string output, string[] arguments)
    {
        using var process = Process.Start(CommandLine.Prepare(CommandLine.Binary, arguments))!;
        process.StandardInput.Close();
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await Eventually.IsAsync($"more than {done} people answered", Patience, () => Task.FromResult(DoneOf(output) > done));
        await Task.Delay(done / 500);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode != 0, $"the batch ended before it was killed: {string.Join('\n', await said)}");
        return DoneOf(output);
    }

    private static int DoneOf(string output)
    {
        var progress = output + ".progress";
        return File.Exists(progress) ? JsonDocument.Parse(File.ReadAllBytes(progress)).RootElement.GetProperty("Done").GetInt32() : 0;
    }

    private static byte[] Read(string path)
    {
        using var content = new MemoryStream();
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        stream.CopyTo(content);
        return content.ToArray();
    }
}
