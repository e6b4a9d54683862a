"""Tags and headers that are known and deliberately ignored, and the headers of the columns used.

Any field that is in none of these lists is named in a warning, so that nothing is lost silently.
"""

from __future__ import annotations

import re
from collections.abc import Container


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RIS = _words(
    """
A2 A3 A4 A5 AC AD AI AR AV BN BT C1 C2 C3 C4 C5 C6 C7 C8 CA CC CI CN CO CP CR CT CY DA DB DI DP DS DT ED EI EM ER ET
EY FN FU FX H1 H2 ID J1 J2 J9 JA JI KP L1 L2 L3 L4 LB LK LP M1 M2 M3 N1 NL NO NV OA OP PA PB PD PG PI PP PT PU RD RI
RN RP SB SE SI SN SP SR SS ST SV T3 TA TC TN TT TY U1 U2 U3 U4 U5 UR VO VR WC WE XT Y2 Z9
"""
)
"""Editors, affiliations, publishers, places, ISSN, notes, dates of access, labels, links to attachments, and similar
additions by Embase.com, Ovid, EBSCOhost and ProQuest."""

MEDLINE = _words(
    """
AD AID AUID AUIN BTI CDAT CDE CI CIN CNT COIS CON CP CRDT CRF CRI CTDT CTI DA DCOM DDIN DEP DRDT DRIN EA ECF ECI ED
EDAT EDATE EFR EIN EN FAU FED FIR FPS GN GR GS IR IRAD IS ISBN ISPB ISSN JC JID LID LR MHDA MID NI NM OABL OCI OID ORI
OT OTO OWN PB PHST PL PMCR PMID PPMID PRIN PROF PS PST PUBM RF RID RIN RN ROF RPF RPI RRF RRI SB SFM SO SPIN STAT TA
TT TTL UIN UOF VTI
"""
)

WOS = _words(
    """
AF AN BA BE BF BN BP BS C1 C3 CA CC CL CN CR CT CY D2 DA DL DP EA EC ED EF EI EM EP ER ES EY FN FP FU FX GA GE GP HC
HO HP HY IS J9 JC JI LT MA MC MH MI MR NR OA OI OX P1 PA PD PE PG PI PN PS PT PU QA RC RI RID RP RW SA SC SE SI SN SP
SU TA TC TM U1 U2 VR WC WE Z1 Z2 Z3 Z4 Z8 Z9 ZA ZB ZR ZS
"""
)

ENW = _words(
    """
%! %# %$ %& %( %) %* %+ %0 %1 %2 %3 %4 %6 %7 %8 %9 %< %= %> %? %@ %C %E %F %H %I %L %M %O %Q %S %W %Y %Z %[ %] %^ %{
%| %}
"""
)

COCHRANE_TEXT = _words(
    """
AK CC CN CT DB DE HD HSTA ID MH NT OI ORD PB SO US XR
"""
)

OVID_TEXT = frozenset(
    name.strip()
    for name in """
Age Group | Author NameID | Authors Full Name | CODEN | Candidate Terms | Comments | Conference Information |
Conflict of Interest | Copyright | Correction Date | Correspondence Address | Country of Publication |
Cumulative Update | Database | Date of Publication | Document Type | Drug Index Terms | Editors |
Embase Section Headings | Entry Date | Grant Information | Grant Sponsorship | ISSN | ISSN Electronic | ISSN Print
| Institution | Journal Abbreviation | Journal Subset | Link | Link to the External Link Resolver |
Link to the Ovid Full Text or citation | Local Messages | Methodology | NLM Journal Code | Number of References |
Other Index Terms | Population Group | PsycINFO Classification | Publisher | Publishing Model | References |
Registry Number | Release Date | Reviewer | Score | Status | Supplemental Material | Tests and Measures |
Unique Identifier | Update Code | Update Date | VN | Year of Publication
""".split("|")
)

OVID_TAGGED = _words(
    """
AA AC AD AI AR AS BC BT CA CB CC CE CI CK CM CO CP CQ CR CS CT CY DA DC DD DG DJ DL DT EA ED EI EM EN EO EP ES EX FA FO
FS GC GE GI GN GS HW IB ID IN IO IR IS IT IV JC JL KH LM LO LU MA MC MD MI MJ MN MQ MS NJ NM NO NP NT NU OA OC OD OO OR
OT OU OW PA PB PE PH PI PL PN PO PP PS PU RA RC RF RI RN RO RP RR RS RV SB SC SD SF SL SM SO SR SS ST SU TA TC TD TJ TM
TN TO TR TT UP UR VN XL YF
"""
)
"""Labels of fields at Ovid that hold institutions, codes, dates of entry, substances and the like."""

EBSCO_XML = frozenset(
    (
        *("ui cinahl", "ui mfs", "ui other", "ui nlm", "ui mid"),
        *_words(
            """
affil bkinfo btl copyright custlink dissinfo dt ehis fmt formats holdings img isbn issn jid jnl maglogo ougenre pdflink
pdfLink place ppct pub refInfo refinfo scope series title uitag url URL wspan ctry doc nopp
"""
        ),
    )
)

BIBTEX = _words(
    """
abbrev_source_title abbrev_title addendum address affilations affiliation affiliations annote archive archiveprefix
art_number article-number author-email author_keywords bdsk-url-1 bdsk-url-2 bibsource biburl book-group-author
bookauthor booktitleaddon cauthor chapter chemicals chemicals_cas citation-count citedby coden collection copyright
correspondence_address1 creationdate crossref da da-ut date-added date-modified day dimensions-url doc-delivery-number
earlyaccessdate edition editor editors eid eissn end_page entrykey entrytype eprint eprintclass eprinttype
esi-highly-cited-paper esi-hot-paper eventdate eventtitle file funding-acknowledgement funding-text funding_details
funding_text fundingtext1 howpublished id institution isbn issn issue_date journal-iso journal_iso keywords-plus
keywords_plus langid lccn localfile location manufacturers mendeley-groups mendeley-tags molecular_seqnumbers month
note notes nourl number-of-cited-references numberofpages numpages oa orcid-numbers organization orgname owner
page_count pagetotal pii pmodel primaryclass priority publication_stage publisher pubstate references refid
research-areas researcherid-numbers school series shortjournal shorttitle sponsors start_page tags times-cited
timestamp title_short tradenames translator unique-id urldate usage-count-last-180-days usage-count-since-2013 venue
version volumes web-of-science-categories web-of-science-index x-color
"""
)

ENDNOTE_XML = _words(
    """
access-date alt-periodical auth-address auth-affiliaton call-num caption contributors custom1 custom2 custom3 custom4
custom5 custom6 custom7 database dates edition electronic-resource-num foreign-keys image isbn issn label language
measure modified-date notes num-vols orig-pub periodical pub-location publisher rec-number ref-type
remote-database-provider reprint-edition reprint-status research-notes reviewed-item section short-title size
source-app titles urls work-location
"""
)
"""Children of a record in an EndNote library."""

REVMAN = _words(
    """
CY CENTRAL CENTRAL_ID CN CRG ED EMBASE EN HANDSEARCH IDENTIFIERS LANGUAGE MA PB PY PUBLISHER SERIES_ID TO decision
reason
"""
)
"""Children and identifiers of a reference in RevMan; the decision and its reason are read separately."""

ZOTERO_RDF = frozenset(
    (
        # what is attached to an item: files, notes, collections, other items
        *(
            "link.link",
            "link.type",
            "link.charset",
            "dcterms.isReferencedBy",
            "dc.relation",
            "dcterms.hasPart",
            "rdf.resource",
        ),
        *("rdf.value", "dcterms.isPartOf", "dcterms.dateSubmitted", "dcterms.dateAccepted", "dcterms.medium"),
        *("dcterms.alternative", "dc.rights", "dc.source", "dc.coverage", "dc.format", "dc.language", "prism.edition"),
        *("prism.volume", "prism.number", "dc.identifier ISSN", "dc.identifier ISBN", "dc.subject LCC"),
        *(
            f"isPartOf/{name}"
            for name in ("dc.identifier", "dc.identifier ISSN", "dc.identifier ISBN", "dc.identifier URI")
        ),
        *("isPartOf/bib.editors", "isPartOf/dc.publisher/foaf.name", "isPartOf/dc.publisher/vcard.adr"),
        *("section/dc.title", "dc.publisher", "dc.publisher/vcard.adr", "bib.presentedAt"),
        *(f"series/{name}" for name in ("dc.title", "dcterms.alternative", "dc.description", "dc.identifier")),
        *("bib.editors", "bib.contributors"),
        *(
            f"z.{name}"
            for name in _words(
                """
accessDate applicationNumber archiveID archiveLocation artworkSize assignee assigningAuthority bookAuthors blogTitle
callNumber cartographers castMembers citationKey code codeNumber codePages codeVolume commenters committee composers
conferenceName cosponsors counsels country court dateDecided dateEnacted dictionaryTitle directors displayTitle
docketNumber encyclopediaTitle episodeNumber extra filingDate firstPage format forumTitle genre guests history
institution interviewMedium interviewers issueDate issuingAuthority itemType journalAbbreviation language
legalStatus legislativeBody letterType libraryCatalog linkMode mapType manuscriptType medium meetingName network
numPages number numberOfVolumes organization performers place podcasters postType presentationType priorityNumbers
proceedingsTitle producers programTitle programmers programmingLanguage publicLawNumber recipients references reporter
reportNumber reportType repositoryLocation reviewedAuthors rights runningTime scale scriptwriters section seriesEditors
seriesNumber seriesText seriesTitle session shortTitle sponsors studio subject system thesisType translators type
university versionNumber version videoRecordingFormat videoRecordingType volumeTitle websiteTitle websiteType wordsBy
originalDate originalPublisher originalPlace status
"""
            )
        ),
    )
)
"""Predicates of Zotero's RDF, named as in ``search.zotero_rdf``."""

CSL = _words(
    """
accessed annote archive archive_location archive-place authority available-date call-number categories chapter-number
chair citation-key citation-label citation-number collection-editor collection-number collection-title composer
container-author container-title-short contributor curator custom dimensions director division edition editor
editorial-director event event-date event-place event-title executive-producer first-reference-note-number genre guest
host id illustrator interviewer ISBN ISSN journalAbbreviation jurisdiction license locator medium narrator note
number-of-pages number-of-volumes organizer original-author original-date original-publisher original-publisher-place
original-title part-number part-title performer producer publisher publisher-place recipient references
reviewed-author reviewed-genre reviewed-title scale script-writer section series-creator shortTitle source status
submitted supplement-number title-short translator version volume-title year-suffix
alternative-id assertion content-domain created deposited funder indexed is-referenced-by-count issn-type
isbn-type journal-issue link member original-title prefix published-online published-print reference reference-count
references-count relation resource score short-container-title short-title subject subtitle update-policy
approved article-number clinical-trial-number content-created content-updated degree institution issue-title posted
standards-body update-to updated-by accepted event aliases proceedings-subject edition-number isbn
"""
)
"""CSL-JSON, and additions by Crossref."""

OPENALEX = _words(
    """
id ids language_id primary_location locations best_oa_location open_access authorships countries_distinct_count
institutions_distinct_count corresponding_author_ids corresponding_institution_ids apc_list apc_paid fwci has_fulltext
cited_by_count citation_normalized_percentile cited_by_percentile_year biblio is_paratext is_xpac primary_topic topics
concepts mesh locations_count sustainable_development_goals grants awards funders datasets versions
referenced_works_count referenced_works related_works abstract_inverted_index abstract_inverted_index_v3
cited_by_api_url counts_by_year updated_date created_date indexed_in institution_assertions type_crossref
institutions fulltext_origin host_venue alternate_host_venues ngrams_url relevance_score display_name
publication_date doi_registration_agency summary_stats host_organization keywords content_urls has_content
has_pdf_url is_oa primary_location_id
"""
)

HEADERS = _words(
    """
rownumber
180dayusagecount abbreviatedsourcetitle abbreviation aboutthedata academicdegree accessdate accessrights accesstype
acknowledgements acronym addresses af affiliation affiliations age agegroup agemax agemin aipipentrydate altmetric
animals anthologytitle anzsic ao archive archivelocation arrayexpress articleinfluence artworksize authoraddress
authoraddresses authoraffiliation authoraffiliations authorcount authorfullnames authoridentifiers authorids
authorkeywordscount authororcid authororcids authorsaffiliation authorsaffiliations authorsfullname authorsid
authorsrawaffiliation authorswithaffiliations ba be bf bn bookauthorfullnames bookauthors bookdoi bookeditor
bookeditors bookgroupauthors bookpublisher bookseriessubtitle bookseriestitle bridgingflagtruefalse brieftitlecount bs
c1 c3 ca callnumber casnumber casregistrynumber casregistrynumbers cdrom chemicals ci cinahlid citation citationcount
citations citationsurl citationurl citedby citedbycount citedreferencecount citedreferences cites citescount
citesperauthor citesperyear citesurl citingpatentscount citingworkscount cityofstandardizedresearchorganization cl
classification clinicaltrialregistry closedate cn cochranereviewgroupcode code coden collaboration collaborators
collaboratorsaffiliation collaboratorsfullname collaboratorsfunders comments completion completiondate conferencecode
conferencedate conferenceeditors conferencehost conferenceinformation conferencelocation conferencename
conferencesponsor conferencetitlefull confernum conflictofinterest contributors copyright correspondenceaddress
correspondingauthor correspondingauthors countries country countryofpublication
countryofstandardizedresearchorganization cp cr created createdate createddate creationdate ct cy d2 databasename
dataset dateadded dateaddedtoxplore datecreated dategenerated datemodified dateofexport daterelease dateupdated day
dayusagecount degreetype department devicemanufacturer devicetradenames digitalobjectidentifiersource dimensionsurl dl
drugmanufacturer drugtradename drugtradenames du ea earlyaccessdate ecc ed editor editors ei eissn electronicissn em
email emailaddresses embargo embaseaccessionnumber embaseclassification embaseclassifications embaseid
embasesectionheadings emtreedrugindextermsfull enddate endnoteid enrollment entrydate entryweek errata exportdate
exporteddate fcr fieldsofresearch fieldsofresearchanzsrc2020 file fileattachments firstauthor firstname firstposted
format fp fturl fu fullrecordentrydate fulltexturl funder fundercountry fundergroup fundertype funding fundingagency
fundingdetails fundingnamepreferred fundingorgs fundingtext fundingtext1 fwci fx ga gender gp gr grantnumber grants
gridids gsrank h1connect hasfulltext hc healthyvolunteers highlycitedstatus ho hotpaperstatus hp hrcshealthcategories
hrcsrac id1 identifiers idsnumber ieeeterms in inspeccontrolledterms inspecnoncontrolledterms institution institutions
is1 isbn isbns isoa isoabbreviation isopenaccess isprimary isrelatedto isretracted issn issndigital issnelectronic
issnl issnprint issns issuedate issuingauthority j9 ji journalabbreviation journalid journalisoabbreviation
journalissn journalnlmid keydate lastname lastsyncdate lastupdated lastupdateposted librarycatalog
libraryofcongresscallnumber license linkattachments localmessages location locationfull locations ma manualtagscount
manufacturers mc medium meetingabstract meetingname microsoftacademicid molecularsequence molecularsequencenumbers
month monthyear nihmsid nlmid nlmjournalcode nlmuniqueid nonpatentcitations note notes nr ns nt numberofpages
numberofreferences numberofvolumes numpages oa oastatus od officialtitle oi openaccess openaccesscolour
openaccessdesignations openaccesslicense openaccessstatus openurllink orcid orcids originaltitleyear orn otherabstract
otherid otheroutcomemeasures outcomemeasures owner pa pagecount pagesnumber paginationtype partnumber
patentcitationcount pb pd pg phases pi pii place placeofpublication pmidversion pn price primarycompletiondate
primaryoutcomemeasures pt1 pu publicationcity publicationcountry publicationdateonline publicationdateprint
publicationmonth publicationplace publicationstage publicationstatus publicationyearonline publishedmonth publisher
publisheraddress publishercity publishercountry publisherlocation querydate rank rating rcr reasearchareas
recentcitations recordurl ref referencecount referencecounts references referenceswithoutdoi relatedurl reprintaddress
reprintaddresses researchareas researcherids researchorganizationsstandardized resultsfirstposted reviewgroup ri
rights rn rp runningtime sb sc sd searchdate searchquery searchterm secondaryoutcomemeasures series serieseditor
seriesnumber seriestext seriestitle sex shortauthors shorttitle si since2013usagecount size sn sortkey sourcecountry
sourceid sourceinfo sourcetype sp specialissue specimen sponsor ss st stateofstandardizedresearchorganization status
studydesign studydocuments studyidentifier studyrecruitment studyresults studystatus su subjectarea summarylanguage
supplement sustainabledevelopmentgoals system tags tc termset tiabcount timescited timescitedalldatabases
timescitedwoscore tradenames translator u1 u2 unitofassessment updatecode updated updatedate updateddate usagecount
version vn vr wc we webofscienceindex webofsciencerecord woscategories year1 z9
"""
)
"""Headers of tables, as ``plain_name`` writes them: affiliations, counts of citations, publishers, dates of entry."""

# Column: the headers with that meaning in any table, likeliest first.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "title": tuple(
        """
title articletitle documenttitle primarytitle papertitle itemtitle worktitle ti t1 titleofarticle studytitle
publictitle scientifictitle titel titre titulo titolo displayname
""".split()
    ),
    "authors": tuple(
        """
authors author authornames authorlist authorslist allauthors authorname authorsname au aus a1 authorfullnames
fullauthornames creators creator autoren autor autorinnen auteurs autores authorshipsauthordisplayname
authorshipsrawauthorname firstauthor
""".split()
    ),
    "year": tuple(
        """
year publicationyear publishedyear pubyear yearpublished yearofpublication studyyear py yr publicationyr publicationdate
pubdate datepublished dateofpublication publisheddate coverdate date issued jahr annee ano anno dp dateregistration
""".split()
    ),
    "journal": tuple(
        """
journal journaltitle journalname fulljournalname sourcetitle publicationtitle secondarytitle containertitle
publicationname journalbook periodical periodicaltitle booktitle venue jo jf jt t2 jn publication conferencetitle
primarylocationsourcedisplayname hostvenuedisplayname so ta zeitschrift revue revista journalabbreviation
""".split()
    ),
    "volume": tuple("volume vol volumenumber journalvolume bibliovolume vl vi vo band".split()),
    "issue": tuple("issue issuenumber journalissue number biblioissue no ip is heft".split()),
    "pages": tuple("pages page pagination pagenumbers pagerange pg seiten articlenumber artno elocationid".split()),
    "doi": tuple(
        "doi digitalobjectidentifier articledoi publicationdoi itemdoi externalidsdoi doilink doiurl do di".split()
    ),
    "pmid": tuple("pmid pubmedid pubmed pubmedpmid medlinepmid pubmednumber idspmid externalidspubmed pm".split()),
    "pmcid": tuple("pmcid pmc pubmedcentralid pmcidnumber idspmcid".split()),
    "abstract": tuple(
        """
abstract abstractnote abstracttext abstracts ab n2 summary abstractenglish resumen zusammenfassung kurzfassung résumé
resumo
""".split()
    ),
    "language": tuple("language languages lang articlelanguage languageoforiginaldocument la lg sprache".split()),
    "publication_types": tuple(
        """
publicationtype publicationtypes documenttype doctype articletype itemtype referencetype reftype type
typeofpublication typeofwork worktype studytype contenttype dt
""".split()
    ),
    "keywords": tuple(
        """
keywords keyword authorkeywords indexkeywords keywordsplus meshterms meshheadings mesh subjects subjectheadings
subjectterms descriptors fieldsofstudy kw de manualtags automatictags
""".split()
    ),
    "trial_ids": tuple(
        """
nctnumber nctid trialid trialids trialregistration clinicaltrialnumbers registrationnumber
""".split()
    ),
    "url": tuple("url urls link links articleurl sourceurl sourceurls externalurl webaddress ur studyurl".split()),
    "accession": tuple("accessionnumber accession an utuniquewosid utuniqueid ut".split()),
}
PAGE_PAIRS = (
    ("startpage", "endpage"),
    ("pagestart", "pageend"),
    ("firstpage", "lastpage"),
    ("beginningpage", "endingpage"),
    ("beginpage", "endpage"),
    ("pagefirst", "pagelast"),
    ("bibliofirstpage", "bibliolastpage"),
    ("pagesstart", "pagesend"),
    ("bp", "ep"),
    ("sp", "ep"),
)
"""Pairs of headers for the first and the last page; the second may be missing."""


def plain_name(header: str) -> str:
    """A header in normal form: ``Author(s)``, ``Author/s`` and ``authors`` are equal, as are
    ``Publication_Year`` and ``PublicationYear``."""
    return re.sub(r"[\W_]+", "", header).lower()


class KnownHeaders:
    """The headers of a table that are deliberately ignored: those of ``HEADERS`` and its own."""

    def __init__(self, *own: str) -> None:
        self._own = re.compile("|".join(own)) if own else None

    def __contains__(self, header: object) -> bool:
        plain = plain_name(str(header))
        return plain in HEADERS or (self._own is not None and self._own.fullmatch(plain) is not None)


class Either:
    """The union of two collections."""

    def __init__(self, first: Container[str], second: Container[str]) -> None:
        self._both = (first, second)

    def __contains__(self, header: object) -> bool:
        return any(header in each for each in self._both)
