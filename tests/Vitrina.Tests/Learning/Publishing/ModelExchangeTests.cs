using System.Text;
using Vitrina.Engine.Models.Registry;
using Vitrina.Kernels.Files;
using Vitrina.Learning.Publishing;
using Vitrina.Tests.Engine.Models.Linear;
using Vitrina.Tests.Engine.Models.Registry;

namespace Vitrina.Tests.Learning.Publishing;

public sealed class ModelExchangeTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("vitrina-exchange-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("mlflow-artifacts:/", false)]
    [InlineData("mlflow-artifacts://tracking:5000/", false)]
    [InlineData("mlflow-artifacts:/", true)]
    public async Task A_pushed_version_comes_back_byte_for_byte(string artifactRoot, bool byRun)
    {
        await using var server = await MlflowServer.StartAsync(artifactRoot: artifactRoot, byRun: byRun);
        using var client = Client(server);
        var (from, manifest) = Saved("1.0-2");
        var pushed = await new ModelExchange(client, from, TimeProvider.System).PushAsync(manifest, "ranking", "champion", Cancellation);
        Assert.Equal(("goods-search", "1"), (pushed.Model, pushed.Number));

        foreach (var (version, alias, place) in new (string?, string?, string)[] { ("1.0-2", null, "a"), ("1", null, "b"), (null, "champion", "c") })
        {
            var to = new ModelFolder(Path.Combine(_root, place));
            var pulled = await new ModelExchange(client, to, TimeProvider.System).PullAsync("goods-search", version, alias, Cancellation);
            Assert.Equal((manifest.Id, ModelStage.Candidate), (pulled.Id, pulled.Stage));
            foreach (var file in from.Export("goods-search", "1.0-2"))
            {
                Assert.Equal(file.Value, await File.ReadAllBytesAsync(Path.Combine(_root, place, "goods-search", "1.0-2", file.Key), Cancellation));
            }
        }
    }

    [Fact]
    public async Task The_run_holds_figures_parameters_and_tags_and_is_finished()
    {
        await using var server = await MlflowServer.StartAsync();
        using var client = Client(server);
        var (from, manifest) = Saved("1");
        var exchange = new ModelExchange(client, from, TimeProvider.System);
        var pushed = await exchange.PushAsync(manifest, "ranking", null, Cancellation);
        var run = server.Run(pushed.RunId);
        Assert.Equal("FINISHED", (string)run["info"]!["status"]!);
        Assert.Contains(run["data"]!["metrics"]!.AsArray(), metric => (string)metric!["key"]! == "ndcg_at_10" && (double)metric["value"]! == 0.4);
        Assert.Contains(run["data"]!["params"]!.AsArray(), parameter => (string)parameter!["key"]! == "surface" && (string)parameter["value"]! == "search");
        Assert.DoesNotContain(run["data"]!["metrics"]!.AsArray(), metric => (string)metric!["key"]! == "auc");

        // Experiment and registered model are there already: a second push adds a version.
        Assert.Equal("2", (await exchange.PushAsync(manifest, "ranking", null, Cancellation)).Number);
    }

    [Fact]
    public async Task Batches_keep_within_the_servers_limits()
    {
        await using var server = await MlflowServer.StartAsync();
        using var client = Client(server);
        var experiment = await client.EnsureExperimentAsync("many", Cancellation);
        var (run, _) = await client.CreateRunAsync(experiment, "many", TimeProvider.System.GetUtcNow(), Cancellation);
        await client.LogAsync(
            run,
            Enumerable.Range(0, 2_300).ToDictionary(i => $"metric@{i}", i => (double)i),
            Enumerable.Range(0, 250).ToDictionary(i => $"param{i}", _ => new string('x', 7_000)),
            Enumerable.Range(0, 150).ToDictionary(i => $"tag{i}", i => $"{i}"),
            TimeProvider.System.GetUtcNow(),
            Cancellation);
        var data = server.Run(run)["data"]!;
        Assert.Equal((2_300, 250, 150), (data["metrics"]!.AsArray().Count, data["params"]!.AsArray().Count, data["tags"]!.AsArray().Count));
    }

    [Theory]
    [InlineData(MlflowClient.TokenVariable, "secret-token", null, "Bearer secret-token")]
    [InlineData(MlflowClient.UserVariable, "anna", "secret-word", null)]
    public async Task Credentials_come_from_the_environment_and_stand_in_no_message(string variable, string value, string? password, string? header)
    {
        header ??= "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{value}:{password}"));
        await using var server = await MlflowServer.StartAsync(header);
        using var right = new MlflowClient(server.Address, name => name == variable ? value : name == MlflowClient.PasswordVariable ? password : null);
        Assert.Equal("1", await right.EnsureExperimentAsync("x", Cancellation));
        using var wrong = new MlflowClient(server.Address, name => name == MlflowClient.TokenVariable ? "wrong-secret" : null);
        var error = await Assert.ThrowsAsync<MlflowException>(() => wrong.EnsureExperimentAsync("x", Cancellation));
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.Contains(MlflowClient.TokenVariable, error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new MlflowClient(new Uri("http://anna:word@host"), _ => null));
    }

    [Fact]
    public async Task What_is_not_there_or_damaged_is_refused_by_name()
    {
        await using var server = await MlflowServer.StartAsync();
        using var client = Client(server);
        var (from, manifest) = Saved("1");
        var exchange = new ModelExchange(client, new ModelFolder(Path.Combine(_root, "to")), TimeProvider.System);
        Assert.Equal(MlflowException.DoesNotExist, (await Assert.ThrowsAsync<MlflowException>(() => exchange.PullAsync("goods-search", "7", null, Cancellation))).Code);
        await new ModelExchange(client, from, TimeProvider.System).PushAsync(manifest, "ranking", null, Cancellation);
        Assert.Equal(MlflowException.DoesNotExist, (await Assert.ThrowsAsync<MlflowException>(() => exchange.PullAsync("goods-search", null, "nobody", Cancellation))).Code);
        var path = server.Artifacts.Keys.Single(file => file.EndsWith("model.bin", StringComparison.Ordinal));
        server.Artifacts[path][^1] ^= 1;
        await Assert.ThrowsAsync<DamagedFileException>(() => exchange.PullAsync("goods-search", "1", null, Cancellation));
        Assert.Empty(new ModelFolder(Path.Combine(_root, "to")).List());
    }

    [Fact]
    public async Task A_store_past_the_server_is_refused_and_says_how_it_would_work()
    {
        await using var server = await MlflowServer.StartAsync(artifactRoot: "s3://bucket/");
        using var client = Client(server);
        var (from, manifest) = Saved("1");
        var error = await Assert.ThrowsAsync<MlflowException>(() => new ModelExchange(client, from, TimeProvider.System).PushAsync(manifest, "ranking", null, Cancellation));
        Assert.Contains("--serve-artifacts", error.Message, StringComparison.Ordinal);
        Assert.Equal("FAILED", (string)server.Run($"{1:x32}")["info"]!["status"]!);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static MlflowClient Client(MlflowServer server) => new(server.Address, _ => null);

    private (ModelFolder Folder, ModelManifest Manifest) Saved(string version)
    {
        var model = LogisticModelTests.RandomModel(seed: 1, features: 6);
        var folder = new ModelFolder(Path.Combine(_root, "from"));
        folder.Save(ModelFolderTests.Manifest(model, version) with { Metrics = new Dictionary<string, double> { ["ndcg@10"] = 0.4, ["auc"] = double.NaN } }, model);
        return (folder, folder.Find("goods-search", version)!);
    }
}
