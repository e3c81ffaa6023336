using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Linear;
using Vitrina.Engine.Models.Registry;
using Vitrina.Kernels.Files;
using Vitrina.Tests.Engine.Models.Linear;

namespace Vitrina.Tests.Engine.Models.Registry;

public sealed class ModelFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("vitrina-models-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_saved_version_comes_back_as_it_was()
    {
        LogisticModel model = LogisticModelTests.RandomModel(seed: 1, features: 12);
        ModelManifest manifest = Manifest(model, "1") with { Metrics = new Dictionary<string, double> { ["mrr"] = 0.5, ["auc"] = double.NaN } };
        ModelFolder folder = new(_root);

        folder.Save(manifest, model);
        LoadedModel loaded = folder.Load("goods-search", "1", [.. model.Features.Select(f => f.Name), "other"]);

        Assert.Equal(model.Features, Assert.IsType<LogisticModel>(loaded.Model).Features);
        Assert.Equal(model.Intercept, loaded.Model.BaseScore);
        Assert.Equal(manifest.Features, loaded.Manifest.Features);
        Assert.Equal(manifest.Data, loaded.Manifest.Data);
        Assert.Equal(["auc", "mrr"], loaded.Manifest.Metrics.Keys);
        Assert.Equal(0.5, loaded.Manifest.Metrics["mrr"]);
        Assert.Equal(manifest.CreatedAt, loaded.Manifest.CreatedAt);
    }

    [Fact]
    public void The_same_inputs_make_the_same_bytes()
    {
        LogisticModel model = LogisticModelTests.RandomModel(seed: 2, features: 5);
        foreach (string place in new[] { "a", "b" })
        {
            new ModelFolder(Path.Combine(_root, place)).Save(Manifest(model, "1"), model);
        }

        foreach (string file in new[] { "manifest.json", "model.bin" })
        {
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(_root, "a", "goods-search", "1", file)), File.ReadAllBytes(Path.Combine(_root, "b", "goods-search", "1", file)));
        }

        Assert.Equal(2, Directory.GetFiles(Path.Combine(_root, "a", "goods-search", "1")).Length);
    }

    [Fact]
    public void A_missing_feature_is_refused_by_name_with_the_nearest()
    {
        LogisticModel model = new(0, [new LogisticFeature { Name = "price" }, new LogisticFeature { Name = "position", FixedAtServing = 1 }]);
        ModelFolder folder = new(_root);
        folder.Save(Manifest(model, "1"), model);
        ModelMismatchException error = Assert.Throws<ModelMismatchException>(() => folder.Load("goods-search", "1", ["prices"]));
        Assert.Equal("price", Assert.Single(error.Missing).Name);
        Assert.Equal(["prices"], error.Missing[0].Nearest);
    }

    [Fact]
    public void Truncated_changed_newer_and_foreign_files_are_refused()
    {
        LogisticModel model = LogisticModelTests.RandomModel(seed: 3, features: 4);
        ModelFolder folder = new(_root);
        folder.Save(Manifest(model, "1"), model);
        string path = Path.Combine(_root, "goods-search", "1", "model.bin");
        byte[] whole = File.ReadAllBytes(path);
        foreach (int length in new[] { 0, 7, 30, whole.Length - 1 })
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<DamagedFileException>(() => folder.Load("goods-search", "1"));
        }

        for (int place = 0; place < whole.Length; place += 13)
        {
            byte[] changed = [.. whole];
            changed[place] ^= 0x10;
            File.WriteAllBytes(path, changed);
            Assert.Throws<DamagedFileException>(() => folder.Load("goods-search", "1"));
        }

        ChecksummedFile.Write(path, BitConverter.ToUInt32(whole), 2, stream => stream.Write(whole.AsSpan(8..^12)));
        Assert.Contains("newer version", Assert.Throws<DamagedFileException>(() => folder.Load("goods-search", "1")).Message, StringComparison.Ordinal);

        LogisticModel other = new(0, [new LogisticFeature { Name = "other" }]);
        folder.Save(Manifest(other, "2"), other);
        File.Copy(Path.Combine(_root, "goods-search", "2", "model.bin"), path, overwrite: true);
        Assert.Throws<DamagedFileException>(() => folder.Load("goods-search", "1"));
        File.Delete(path);
        Assert.Throws<DamagedFileException>(() => folder.Load("goods-search", "1"));
        File.WriteAllText(Path.Combine(_root, "goods-search", "1", "manifest.json"), "{\"id\": ");
        Assert.Throws<DamagedFileException>(() => folder.Load("goods-search", "1"));
    }

    [Fact]
    public void Versions_are_listed_staged_and_never_overwritten()
    {
        LogisticModel model = LogisticModelTests.RandomModel(seed: 4, features: 3);
        ModelFolder folder = new(_root);
        Assert.Empty(folder.List());
        folder.Save(Manifest(model, "2") with { CreatedAt = Day(2) }, model);
        folder.Save(Manifest(model, "10") with { CreatedAt = Day(3) }, model);
        Directory.CreateDirectory(Path.Combine(_root, "goods-search", ".11.unfinished"));
        folder.Save(Manifest(model, "11") with { CreatedAt = Day(4) }, model);

        Assert.Equal(["2", "10", "11"], folder.List().Select(m => m.Version));
        Assert.Null(folder.Newest("goods", "search", ModelStage.Serving));
        folder.Change("goods-search", "2", manifest => manifest with { Stage = ModelStage.Serving });
        Assert.Equal("2", folder.Newest("goods", "search", ModelStage.Serving)?.Version);
        Assert.Equal("11", folder.Newest("goods", "search", ModelStage.Candidate)?.Version);
        Assert.Contains("\"stage\": \"serving\"", File.ReadAllText(Path.Combine(_root, "goods-search", "2", "manifest.json")), StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => folder.Save(Manifest(model, "2"), model));
        Assert.Throws<FileNotFoundException>(() => folder.Load("goods-search", "3"));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    [InlineData("Upper")]
    [InlineData("")]
    public void A_version_that_could_leave_the_folder_is_refused(string version)
    {
        LogisticModel model = new(0, []);
        Assert.ThrowsAny<ArgumentException>(() => new ModelFolder(_root).Save(Manifest(model, version), model));
        Assert.ThrowsAny<ArgumentException>(() => new ModelFolder(_root).Load("goods-search", version));
    }

    [Fact]
    public void A_manifest_that_lists_other_features_than_the_model_is_refused()
    {
        LogisticModel model = new(0, [new LogisticFeature { Name = "a" }]);
        Assert.Throws<ArgumentException>(() => new ModelFolder(_root).Save(Manifest(model, "1") with { Features = [] }, model));
    }

    [Fact]
    public void A_model_written_by_version_1_opens_for_ever()
    {
        const string Bytes = "VkxHTQEAAAAAAAAAAADgvwII0YbQtdC90LABAAAAAAAA8D8AAAAAAAAIQAAAAAAAAABAAAAAAAAA4D8AAAAAAAAQQAAAAAAAANC/AADA/whwb3NpdGlvbgAAAADg///v"
            + "xwAAAOD//+9HAAAAAAAAAAAAAAAAAADwPwAAAAAAAPC/AAAAAAAAAAAAAIA/hQAAAAAAAAD1bTRF";
        string path = Path.Combine(_root, "old.bin");
        File.WriteAllBytes(path, Convert.FromBase64String(Bytes));

        LogisticModel model = LogisticFile.Read(path);

        Assert.Equal(-0.5, model.Intercept);
        LogisticFeature price = new() { Name = "цена", LogScale = true, Low = 1, High = 3, Mean = 2, Scale = 0.5, Weight = 4, MissingWeight = -0.25 };
        Assert.Equal([price, new LogisticFeature { Name = "position", Weight = -1, FixedAtServing = 1 }], model.Features);
    }

    private static DateTimeOffset Day(int day) => new(2026, 3, day, 0, 0, 0, TimeSpan.Zero);

    internal static ModelManifest Manifest(LogisticModel model, string version) => new()
    {
        Id = $"goods-search-{version}",
        Name = "goods-search",
        Version = version,
        Vertical = "goods",
        Surface = "search",
        Features = [.. model.Features.Select(f => new ManifestFeature(f.Name, "replayed", "own weight"))],
        Objective = "listwise",
        Label = "order",
        Data = new ManifestDataRange(Day(1), Day(2), 1234),
        Seed = ulong.MaxValue,
        CreatedAt = Day(1),
        CodeVersion = "0.1.0",
    };
}
