using System.Text.RegularExpressions;

namespace Vitrina.Tests.Architecture;

/// <summary>Which part of the engine may know which.</summary>
public sealed partial class AreaTests
{
    private const string Engine = "src/Vitrina.Engine";
    private const string Ranking = Engine + "/Ranking";

    // Reading order of the engine, as DESIGN and the architecture document give it: an area uses only areas above it.
    private static readonly string[] s_areas =
    [
        "Language", "Verticals", "Journal", "Catalog", "Events", "Statistics", "Models", "Indexing", "Features", "Rules", "Experiments", "Promotion", "Ranking",
    ];

    private static readonly string[] s_stages = ["Understanding", "Retrieving", "Filtering", "Scoring", "Mixing", "Explaining", "Recording"];

    // Root types that are data of a request, named by the stages' context. Everything else at the root is wiring.
    private static readonly string[] s_sharedRootTypes = ["CompiledVertical", "Snapshot"];

    private static readonly Lazy<ILookup<string, string>> s_types = new(() => SourceTree.CodeBelow(Engine)
        .SelectMany(file => TypeDeclaration().Matches(file.Code).Select(match => (Folder: Path.GetDirectoryName(file.Path)!, Type: match.Groups["name"].Value)))
        .ToLookup(type => type.Folder, type => type.Type, StringComparer.Ordinal));

    [Fact]
    public void Area_uses_only_areas_above_it() => SourceTree.RequireNone(
        from file in SourceTree.CodeBelow(Engine)
        let own = Array.IndexOf(s_areas, file.FolderBelow(Engine))
        where own >= 0
        from used in EngineNames(file, 0)
        where Array.IndexOf(s_areas, used.Name) > own
        select $"{file.Path}:{used.Line} uses {used.Name}, which stands below {s_areas[own]}",
        $"Areas of the engine use only areas above them ({string.Join(", ", s_areas)}). " +
        "Move the type up, hand the value in, or put the code that needs both into the lower area:");

    [Fact]
    public void Areas_know_nothing_of_the_root_files()
    {
        string[] rootTypes = [.. SourceTree.CodeBelow(Engine).Where(file => file.FolderBelow(Engine).Length == 0)
            .SelectMany(file => TypeDeclaration().Matches(file.Code)).Select(match => match.Groups["name"].Value).Distinct().Except(s_sharedRootTypes)];
        SourceTree.RequireNone(
            from file in SourceTree.CodeBelow(Engine)
            where file.FolderBelow(Engine).Length > 0
            from type in rootTypes
            where Regex.IsMatch(file.Code, $@"(?<![\w.]){type}(?!\w)(?!\s*[({{=;,)]?\s*(get|set)\b)")
                && !Regex.IsMatch(file.Code, $@"\b(class|record|struct|enum|interface)\s+{type}\b")
            select $"{file.Path} uses {type}",
            "Root files of the engine wire the areas together; an area that uses one turns the order around. Hand in what the area needs:");
    }

    [Fact]
    public void Stages_of_ranking_do_not_know_each_other() => SourceTree.RequireNone(
        from file in SourceTree.CodeBelow(Ranking)
        let own = file.FolderBelow(Ranking)
        where own.Length > 0
        from used in EngineNames(file, 1)
        where used.Name != own && s_stages.Contains(used.Name)
        select $"{file.Path}:{used.Line} ({own}) uses {used.Name}",
        "Stages talk through the types in Ranking/ itself. Move the shared type there:");

    [Fact]
    public void Shared_types_of_ranking_do_not_know_the_stages() => SourceTree.RequireNone(
        from file in SourceTree.CodeBelow(Ranking)
        where file.FolderBelow(Ranking).Length == 0 && !file.Path.EndsWith("Compiler.cs", StringComparison.Ordinal) && file.Path != Ranking + "/Surface.cs"
        from used in EngineNames(file, 1)
        where s_stages.Contains(used.Name)
        select $"{file.Path}:{used.Line} uses {used.Name}",
        "Types in Ranking/ are what stages share; only the surface and its compiler know which stages there are. Move the used type into Ranking/:");

    [Fact]
    public void Only_the_ranking_engine_runs_stages()
    {
        string[] entries = ["UnderstandStage", "RetrieveStage", "FilterStage", "ScoreStage", "MixStage", "ExplainStage", "RankingRecorder"];
        SourceTree.RequireNone(
            from file in SourceTree.CodeBelow("src")
            let called = entries.Where(stage => Regex.IsMatch(file.Code, $@"\b{stage}\s*\.\s*\w+\s*\(")).ToArray()
            where called.Length > 1 && file.Path != Engine + "/RankingEngine.cs"
            select $"{file.Path} calls {string.Join(", ", called)}",
            "Only RankingEngine.cs knows the order of the stages. Call the engine instead:");
    }

    [Fact]
    public void Every_folder_is_declared()
    {
        SourceTree.RequireNone(
            SourceTree.FoldersIn(Engine).Except(s_areas).Select(folder => $"{Engine}/{folder}"),
            "A new area of the engine needs a place in the reading order: add it to DESIGN, the architecture document and this test, or use an existing area:");
        SourceTree.RequireNone(
            SourceTree.FoldersIn(Ranking).Except(s_stages).Select(folder => $"{Ranking}/{folder}"),
            "A new stage needs a place in RankingEngine.cs: add it to DESIGN, the architecture document and this test, or use an existing stage:");
    }

    // The n-th name behind "Vitrina.Engine" wherever one is named (0 = the area, 1 = the stage of Ranking), also in the short form Area.Type.
    private static IEnumerable<(int Line, string Name)> EngineNames(SourceFile file, int part)
    {
        foreach (Match match in EngineName().Matches(file.Code))
        {
            string[] names = match.Groups["names"].Value.Split('.');
            if (names.Length > part && (part == 0 || names[0] == "Ranking") && !match.Groups["declared"].Success)
            {
                yield return (LineOf(file, match), names[part]);
            }
        }

        foreach (Match match in ShortName().Matches(file.Code))
        {
            var folder = match.Groups["folder"].Value;
            if ((part == 0 ? s_areas : s_stages).Contains(folder) && s_types.Value[(part == 0 ? Engine : Ranking) + "/" + folder].Contains(match.Groups["type"].Value))
            {
                yield return (LineOf(file, match), folder);
            }
        }
    }

    private static int LineOf(SourceFile file, Match match) => 1 + file.Code.AsSpan(0, match.Index).Count('\n');

    [GeneratedRegex(@"(?<![\w.])(?<folder>[A-Z]\w+)\.(\w+\.)*?(?<type>[A-Z]\w*)")]
    private static partial Regex ShortName();

    [GeneratedRegex(@"(?<declared>namespace\s+)?\bVitrina\.Engine\.(?<names>\w+(\.\w+)*)")]
    private static partial Regex EngineName();

    [GeneratedRegex(@"(?m)^(public|internal)\s[\w\s]*?\b(class|struct|record|interface|enum)\s+(struct\s+|class\s+)?(?<name>\w+)")]
    private static partial Regex TypeDeclaration();
}
